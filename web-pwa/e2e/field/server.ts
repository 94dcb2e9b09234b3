/**
 * A real server with a prepared campaign, that a test can kill and start again.
 *
 * For: the tablet's browser tests. `MARAUDE_BIN` is the server. Places and people are invented.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CampaignDetail } from '../../src/core/generated/console';
import { HERE, PASSWORD, TALKATIVE, logIn, noteLog } from '../logged';
import { firstPort } from '../ports';

export { HERE };

const TARGET = resolve(import.meta.dirname, '../../../target/debug');
const BINARY = process.env['MARAUDE_BIN'] ?? join(TARGET, 'maraude');
const SIMULATED_NIGHT = process.env['MARAUDE_NIGHT'] ?? join(TARGET, 'simulated_night');
const ACCOUNT = 'lucie';
const FIRST_PORT = firstPort('FIELD_PORT', 8631);
const START_WITHIN_MS = 30_000;

/** The night of the tests' campaign: the one under way. */
export const NIGHT = nightOf(Date.now());

function nightOf(atMs: number): string {
  const began = new Date(atMs - 12 * 3_600_000);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris' }).format(began);
}

const square = (west: number, south: number): number[][][][] => [
  [
    [
      [west, south],
      [west + 0.01, south],
      [west + 0.01, south + 0.008],
      [west, south + 0.008],
      [west, south],
    ],
  ],
];

/** The mean of a ring's corners: inside, for the convex sectors of the simulated city. */
function middle(ring: readonly (readonly number[])[]): { longitude: number; latitude: number } {
  const corners = ring.slice(1);
  const mean = (axis: number): number =>
    corners.reduce((sum, corner) => sum + (corner[axis] ?? 0), 0) / corners.length;
  return { longitude: mean(0), latitude: mean(1) };
}

/** See the module. */
export class Server {
  readonly base: string;
  readonly account = ACCOUNT;
  readonly password = PASSWORD;
  campaign = '';
  team: string = randomUUID();
  sector: string = randomUUID();
  sectorCode = 'T01';
  teamCode = 'E03';
  /** Where its team stands. */
  here = HERE;
  private readonly folder = mkdtempSync(join(tmpdir(), 'maraude-field-'));
  private child: ChildProcess | null = null;
  private cookie = '';
  private teams = 0;

  private constructor(private readonly port: number) {
    this.base = `http://localhost:${port}`;
  }

  /** Started, with an open campaign of one team, two sectors and two known places. */
  static async prepared(offset = 0): Promise<Server> {
    return Server.begun(offset, (server) => server.prepare());
  }

  /**
   * Started, with a night that simulated teams have walked through the real sync, and one more
   * team that is sent to a sector of it and has not left yet.
   */
  static async withNight(offset: number, seed: number): Promise<Server> {
    return Server.begun(offset, (server) => server.collectNight(seed));
  }

  private static async begun(
    offset: number,
    prepare: (server: Server) => Promise<void>,
  ): Promise<Server> {
    const server = new Server(FIRST_PORT + offset);
    const key = server.key();
    server.run(['init', '--master-key', key]);
    server.addAccount(ACCOUNT, 'coordinator');
    await server.start();
    try {
      await server.api('POST', '/api/login', { name: ACCOUNT, password: PASSWORD });
      await prepare(server);
      return server;
    } catch (error) {
      server.remove();
      throw error;
    }
  }

  /** Starts it, again after a kill. */
  async start(): Promise<void> {
    const listen = `127.0.0.1:${this.port}`;
    this.child = spawn(BINARY, ['serve', '--listen', listen, '--master-key', this.key()], {
      env: { ...process.env, ...TALKATIVE, MARAUDE_DATA: this.data() },
      stdio: ['ignore', 'ignore', logIn(this.folder)],
    });
    const end = Date.now() + START_WITHIN_MS;
    while (Date.now() < end) {
      const answer = await fetch(`${this.base}/health`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no answer from ${this.base}`);
  }

  /** Kills it as a power cut does. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends it and removes its folder. */
  remove(): void {
    this.child?.kill('SIGKILL');
    noteLog(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One more account, with everybody's password. */
  addAccount(name: string, role: string): void {
    const account = ['user', 'add', '--name', name, '--role', role, '--password-stdin'];
    this.run([...account, '--master-key', this.key()], `${PASSWORD}\n`);
  }

  /** A link that enrols one tablet of the team. */
  async enrolmentLink(label: string): Promise<string> {
    return `${this.base}/#enrol=${await this.enrolmentCode(label)}`;
  }

  /** The code that is dictated. */
  async enrolmentCode(label: string): Promise<string> {
    return (await this.enrolment(label)).code;
  }

  /** Everything that shows a code: in letters, and as a picture. */
  async enrolment(label: string): Promise<{ code: string; qr_svg: string }> {
    return this.api('POST', `${this.at()}/enrolments`, { label, team: this.team });
  }

  /** Takes a tablet's rights away. */
  async revoke(label: string): Promise<void> {
    const devices = await this.api<{ id: string; label: string }[]>('GET', `${this.at()}/devices`);
    const device = devices.find((one) => one.label === label);
    await this.api('POST', `${this.at()}/devices/${device?.id}/revoke`);
  }

  /** A link into a campaign that is only begun. */
  async linkOfAnotherCampaign(name: string): Promise<string> {
    const campaign = { name, kind: 'night_count', mode: 'exercise' };
    const { id } = await this.api<{ id: string }>('POST', '/api/campaigns', campaign);
    const order = { label: 'Tablette', team: null };
    const made = await this.api<{ code: string }>('POST', `/api/campaigns/${id}/enrolments`, order);
    return `${this.base}/#enrol=${made.code}`;
  }

  /** Asks the coordinators' API. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        origin: this.base,
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    const cookie = reply.headers.get('set-cookie');
    if (cookie) this.cookie = cookie.split(';')[0] ?? '';
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** Supplies a background map. */
  async supplyBackground(archive: Uint8Array): Promise<void> {
    const reply = await fetch(`${this.base}/api/tiles`, {
      method: 'POST',
      headers: { origin: this.base, cookie: this.cookie },
      body: new Blob([archive.slice()]),
    });
    if (!reply.ok) throw new Error(`background map: ${reply.status} ${await reply.text()}`);
  }

  /** Carries out one order on the newest state. */
  async order(command: Record<string, unknown>): Promise<void> {
    const { position } = await this.api<{ position: number }>('GET', this.at());
    const request = { command_id: randomUUID(), seen: position, command };
    await this.api('POST', `${this.at()}/commands`, request);
  }

  /** Path of the campaign in the API. */
  at(): string {
    return `/api/campaigns/${this.campaign}`;
  }

  /**
   * One more team, sent to the same sector: the tablets of the next test share a round with nobody
   * of the tests before.
   */
  async nextTeam(): Promise<void> {
    this.team = randomUUID();
    this.teams += 1;
    this.teamCode = `X${this.teams}`;
    const team = { id: this.team, code: this.teamCode, organisation: null, professional: false };
    await this.order({ command: 'put_team', team });
    const assignment = { team: this.team, sector: this.sector, night: NIGHT };
    await this.order({ command: 'assign', assignment });
  }

  /**
   * A sector of the test's own with one known place, where its team is sent as well: what the
   * server tells of it is this test's doing.
   */
  async ownSector(code: string, place: string): Promise<void> {
    const sector = await this.addSector(code, 3.884);
    await this.site('squat', place, 3.887, 'everyone', null);
    await this.order({ command: 'assign', assignment: { team: this.team, sector, night: NIGHT } });
  }

  /** One more sector, from this longitude on. */
  async addSector(code: string, west: number): Promise<string> {
    const id = randomUUID();
    const polygons = square(west, 43.605);
    const sector = { id, code, name: 'Quai inventé', zone: null, risk: 'ordinary', polygons };
    await this.order({ command: 'put_sector', sector });
    return id;
  }

  private async prepare(): Promise<void> {
    const campaign = { name: 'Nuit d’essai', kind: 'night_count', mode: 'exercise' };
    this.campaign = (await this.api<{ id: string }>('POST', '/api/campaigns', campaign)).id;
    const blank = {
      controller: 'Métropole d’essai',
      legal_basis: 'Mission d’intérêt public',
      impact_assessment: 'AIPD-0',
      notice: 'Vos réponses servent à améliorer l’aide.',
      opposition_contact: 'dpo@exemple.invalid',
    };
    await this.order({
      command: 'set_details',
      name: 'Nuit d’essai',
      nights: [NIGHT],
      coordination_number: '04 99 00 00 00',
      legal: blank,
      retention: { coarsen_on: null, purge_on: null },
    });
    const team = { id: this.team, code: 'E03', organisation: null, professional: false };
    await this.order({ command: 'put_team', team });
    const sectors = [
      { id: this.sector, code: 'T01', name: 'Gare inventée', west: 3.86 },
      { id: randomUUID(), code: 'T02', name: 'Marché inventé', west: 3.872 },
    ];
    for (const { id, code, name, west } of sectors) {
      const polygons = square(west, 43.605);
      const sector = { id, code, name, zone: null, risk: 'ordinary', polygons };
      await this.order({ command: 'put_sector', sector });
    }
    const assignment = { team: this.team, sector: this.sector, night: NIGHT };
    await this.order({ command: 'assign', assignment });
    await this.site('squat', 'SQ-04', 3.863, 'everyone', 'Entrée par la cour.');
    await this.site('bidonville', 'BV-02', 3.867, 'professionals', null);
    await this.order({ command: 'open' });
  }

  private async collectNight(seed: number): Promise<void> {
    const account = ['--account', ACCOUNT, '--password', PASSWORD];
    const order = ['--base', this.base, ...account, '--seed', String(seed), '--with-layers'];
    const done = spawnSync(SIMULATED_NIGHT, order, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`simulated night: ${done.stderr}`);
    const [campaign] = await this.api<{ id: string }[]>('GET', '/api/campaigns');
    this.campaign = campaign?.id ?? '';
    const plan = await this.api<CampaignDetail>('GET', this.at());
    const [sector] = plan.sectors;
    const [night] = plan.summary.nights;
    if (!sector || !night) throw new Error('the simulated night has no sector or no night');
    this.sector = sector.id;
    this.sectorCode = sector.code;
    this.here = { ...middle(sector.polygons[0]?.[0] ?? []), accuracy: HERE.accuracy };
    const team = { id: this.team, code: 'E99', organisation: null, professional: false };
    await this.order({ command: 'put_team', team });
    await this.order({ command: 'assign', assignment: { team: this.team, sector: sector.id, night } });
  }

  private async site(
    kind: string,
    code: string,
    longitude: number,
    audience: string,
    note: string | null,
  ): Promise<void> {
    const expected = { at_least: 8, at_most: 12, method: 'estimated' };
    const place = { longitude, latitude: 43.608 };
    const site = { id: randomUUID(), kind, code, ...place, audience, expected, note };
    await this.order({ command: 'put_site', site });
  }

  /** Runs a command of the binary on the server's data; throws what it says where it refuses. */
  run(args: string[], input?: string): void {
    const done = spawnSync(BINARY, args, {
      env: { ...process.env, MARAUDE_DATA: this.data() },
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
    });
    if (done.status !== 0) throw new Error(`maraude ${args[0]}: ${done.stderr}`);
  }

  private data(): string {
    return join(this.folder, 'data');
  }

  private key(): string {
    return join(this.folder, 'master.key');
  }
}
