/**
 * What the console's screens share: who is there, which campaign is open, what is live.
 *
 * It keeps values read from the server and reads them again when the server's log moves; it decides
 * nothing. The root component makes one `Session`, and one `Desk` per open campaign.
 */

import * as server from '../core/console';
import { logInByPasskey } from '../core/passkeys';
import type { CampaignDetail, Command, CommandAnswer, Me } from '../core/generated/console';

const { Refused } = server;

/** A value of the server that is read again when the log moves. */
export class Kept<T> {
  value: T | null = $state.raw(null);
  problem: server.Refused | null = $state.raw(null);
  reading = $state(false);
  #again = false;

  constructor(
    private readonly session: Session,
    private readonly read: () => Promise<T>,
    private readonly received: (value: T) => void = () => undefined,
  ) {}

  /** Reads again; a call while one is under way makes one more follow it. */
  async refresh(): Promise<void> {
    if (this.reading) {
      this.#again = true;
      return;
    }
    this.reading = true;
    try {
      const value = await this.read();
      this.value = value;
      this.problem = null;
      this.received(value);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = error;
      this.session.notice(error);
    } finally {
      this.reading = false;
    }
    if (this.#again) {
      this.#again = false;
      void this.refresh();
    }
  }
}

/** Who is at the console. */
export class Session {
  me: Me | null = $state.raw(null);
  phase: 'starting' | 'out' | 'in' | 'expired' = $state('starting');
  /** The last try to log out did not reach the server. */
  stillOpen = $state(false);

  /** Sees whether the browser still holds a session. */
  async start(): Promise<void> {
    try {
      this.me = await server.me();
      this.phase = 'in';
    } catch {
      this.phase = 'out';
    }
  }

  /** Throws `Refused`. */
  async login(name: string, password: string, code: string | null): Promise<void> {
    this.me = await server.login(name, password, code);
    this.phase = 'in';
  }

  /** By a passkey, which says whose session it is. Throws `Refused`. */
  async loginByPasskey(): Promise<void> {
    this.me = await logInByPasskey();
    this.phase = 'in';
  }

  /** Ends the session; where the server did not hear it, it stands, and that is said. */
  async logout(): Promise<void> {
    this.stillOpen = false;
    try {
      await server.logout();
    } catch (error) {
      // One that had ended before is what was asked for.
      this.stillOpen = !(error instanceof server.Refused && error.status === 401);
      if (this.stillOpen) return;
    }
    this.me = null;
    this.phase = 'out';
  }

  /** Reads again who is there: an account may have changed of itself. */
  async refresh(): Promise<void> {
    this.me = await server.me();
  }

  /** Looks at a refusal: an expired session asks for the password again. */
  notice(refused: server.Refused): void {
    // A wrong code while one sets a second factor up is no end of the session, nor a passkey's answer.
    const isProof = /^(second-factor|passkey)/.test(refused.code);
    const unknown = refused.status === 401 && !isProof;
    const again = unknown || refused.code === 'prove-again';
    if (again && this.phase === 'in') this.phase = 'expired';
  }
}

/** Something asked of the server beside the campaigns; a refusal stands until the next try. */
export class Attempt {
  busy = $state(false);
  refused: server.Refused | null = $state.raw(null);

  constructor(private readonly session: Session) {}

  /** Does it; nothing where it was refused. */
  async run<T>(act: () => Promise<T>): Promise<T | null> {
    this.busy = true;
    this.refused = null;
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused = error;
      this.session.notice(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** Time the log's movements are gathered before the screen reads again. */
const GATHER_MS = 250;

/** Time between two readings when nothing is heard from the live stream. */
const SLOW_READ_MS = 30_000;

/** One message of the moment. */
export type Message =
  | { readonly tone: 'good'; readonly text: string }
  | { readonly tone: 'problem'; readonly refused: server.Refused };

/** One open campaign. */
export class Desk {
  /** Grows each time the server's log moves: screens read again when it does. */
  tick = $state(0);
  connected = $state(true);
  message: Message | null = $state.raw(null);
  readonly detail: Kept<CampaignDetail>;
  /** Position of this console's own last order. */
  #ownPosition = 0;

  constructor(
    readonly id: string,
    readonly session: Session,
  ) {
    this.detail = new Kept(session, () => server.campaign(id));
  }

  /** Follows the campaign until the returned function is called. */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moved = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        this.tick += 1;
      }, GATHER_MS);
    };
    const stop = server.followLive(this.id, {
      moved,
      connected: (yes) => {
        this.connected = yes;
      },
    });
    const slow = setInterval(() => {
      if (!this.connected) this.tick += 1;
    }, SLOW_READ_MS);
    return () => {
      stop();
      clearTimeout(timer);
      clearInterval(slow);
    };
  }

  /** A value of this campaign. */
  keep<T>(read: () => Promise<T>, received?: (value: T) => void): Kept<T> {
    return new Kept(this.session, read, received);
  }

  say(text: string): void {
    this.message = { tone: 'good', text };
  }

  refuse(refused: server.Refused): void {
    this.session.notice(refused);
    this.message = { tone: 'problem', refused };
  }

  hush(): void {
    this.message = null;
  }

  /**
   * Sends an order seen at a position. Nothing where it was refused: the message then says why, and
   * the screens read again. Orders that follow each other faster than the screen reads rest on one
   * another; one that rests on what was seen alone is refused where anything of it has moved since.
   */
  async order(
    seen: number,
    command: Command,
    rests: 'on own orders' | 'on what was seen' = 'on own orders',
  ): Promise<CommandAnswer | null> {
    try {
      const own = rests === 'on own orders' ? this.#ownPosition : 0;
      const position = Math.max(seen, own);
      const answer = await server.order(this.id, position, command);
      this.#ownPosition = Math.max(this.#ownPosition, answer.position);
      this.tick += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(error);
      this.tick += 1;
      return null;
    }
  }

  /** An order on the plan, seen where the campaign was last read. */
  plan(command: Command): Promise<CommandAnswer | null> {
    return this.order(this.detail.value?.position ?? 0, command);
  }

  /** Does something else the server may refuse; says why where it does. */
  async attempt<T>(act: () => Promise<T>): Promise<T | null> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(error);
      return null;
    }
  }
}
