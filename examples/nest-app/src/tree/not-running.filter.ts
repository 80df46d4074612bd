/** A request that needs a service that is down is answered with 503: it is no mistake of anybody, and will pass. */
import type { ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { NotRunningError } from 'coppice';

@Catch(NotRunningError)
export class NotRunningFilter implements ExceptionFilter {
  catch({ message }: NotRunningError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify({ statusCode: 503, message }));
  }
}
