import { Controller, Get, Header, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Public } from './api-access.ts';
import { HostHealth } from './host-health.ts';

interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

/** What Kubernetes and Prometheus ask. */
@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  readonly #health: HostHealth;
  readonly #metrics: Registry;

  constructor(@Inject(HostHealth) health: HostHealth, @Inject(Registry) metrics: Registry) {
    this.#health = health;
    this.#metrics = metrics;
  }

  /** That the process answers at all. */
  @Get('livez')
  livez(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether work can be done here; what is not ready is named with its reason. */
  @Get('readyz')
  async readyz(@Res() response: Response): Promise<void> {
    const parts = await this.#health.ask();
    const ok = Object.values(parts).every((part) => part.ok);
    response
      .status(ok ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
      .json({ status: ok ? 'ready' : 'not ready', parts });
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.#metrics.metrics();
  }
}
