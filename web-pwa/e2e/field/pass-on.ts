/**
 * Servers that tests put in front of the real one, on a port of their own.
 *
 * For: tests that do something to what the app is made of.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens in front of a server. */
export abstract class StandIn {
  private readonly server = createServer((asked, reply) => this.answer(asked, reply));

  constructor(protected readonly behind: URL) {}

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  get base(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  protected abstract answer(asked: IncomingMessage, reply: ServerResponse): void;
}

/** Gives a request on to another server, and its answer back; `change`, where given, rewrites the answer's text. */
export function passOn(
  asked: IncomingMessage,
  reply: ServerResponse,
  behind: URL,
  change?: (text: string) => string,
): void {
  const { hostname, port, host } = behind;
  const headers = { ...asked.headers, host };
  // A text that is rewritten must come whole, and as it is.
  if (change) {
    delete headers['accept-encoding'];
    delete headers['if-none-match'];
    delete headers['if-modified-since'];
  }
  const onward = request(
    { hostname, port, path: asked.url, method: asked.method, headers },
    (answer) => {
      if (!change) {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
        return;
      }
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const { 'content-length': _, etag: __, ...kept } = answer.headers;
        reply.writeHead(answer.statusCode ?? 502, kept);
        reply.end(change(Buffer.concat(parts).toString()));
      });
    },
  );
  onward.on('error', () => asked.socket.destroy());
  asked.pipe(onward);
}
