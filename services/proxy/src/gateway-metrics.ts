import { Counter, Gauge, type Registry } from 'prom-client';
import type { GatewayObserver } from './pipeline/gateway-options.ts';

/** Counts what the gateway decides. Labels are constants: no name of a person or a target. */
export function gatewayMetrics(
  registry: Registry,
  logger: { warn(fields: object, message: string): void },
): GatewayObserver {
  const attempts = new Counter({
    name: 'inland_attempts_total',
    help: 'Connection attempts by protocol, outcome and reason',
    labelNames: ['protocol', 'outcome', 'reason'],
    registers: [registry],
  });
  const commands = new Counter({
    name: 'inland_commands_total',
    help: 'Commands by operation, outcome and reason',
    labelNames: ['operation', 'outcome', 'reason'],
    registers: [registry],
  });
  const live = new Gauge({ name: 'inland_live_sessions', help: 'Sessions that are open now', registers: [registry] });
  const emergencies = new Counter({
    name: 'inland_break_glass_total',
    help: 'Sessions that a grant for emergencies let in',
    registers: [registry],
  });
  return {
    attempt: (protocol, outcome, reason) => attempts.inc({ protocol, outcome, reason }),
    command: (operation, outcome, reason) => commands.inc({ operation, outcome, reason }),
    live: (sessions) => live.set(sessions),
    breakGlass: ({ id, target }) => {
      emergencies.inc();
      logger.warn({ session: id, target }, 'break-glass: a grant for emergencies let somebody in');
    },
  };
}
