/**
 * A request given on to another server, and its answer given back.
 *
 * For: the servers that tests put in front of the real one.
 */
import { request, type IncomingMessage, type ServerResponse } from 'node:http';

/** Passes it on; `change`, where given, rewrites the answer's text. */
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
