import { StandardSchemaValidationPipe } from '@nestjs/common';
import { Fault } from '@inland/kernel';

/** Checks a request against the schema of its parameter; every problem is named in one `invalid_argument`. */
export const checkedBody = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new Fault('invalid_argument', issues.map(({ path, message }) => `${pathText(path)}${message}`).join('\n')),
});

function pathText(path: readonly unknown[] | undefined): string {
  if (path === undefined || path.length === 0) return '';
  const keys = path.map((part) => (typeof part === 'object' && part !== null && 'key' in part ? part.key : part));
  return `${keys.map(String).join('.')}: `;
}
