import { Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets a handler's fault reach the transport as it is. Without it Nest gives the transport a nameless error, and an event
 * would be parked where a store was merely out of reach.
 */
@Catch()
export class FaultFilter implements ExceptionFilter {
  catch(caught: unknown): Observable<never> {
    return throwError(() => caught);
  }
}
