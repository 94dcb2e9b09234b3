/**
 * The coordinators' API of the server, typed.
 *
 * For: `console`. It turns every refusal into a `Refused` with the server's stable code and never
 * words it: `locale` does. It keeps nothing: documents live on the server.
 */

import type { FeatureCollection } from 'geojson';
import { toBase64 } from '../platform/base64';
import {
  drawUuid,
  follow,
  handFile,
  send,
  sendFile,
  sendForBytes,
  Unreachable,
  type LiveListener,
} from '../platform/http';
import type {
  AllowPinReset,
  ApiTokenDrawn,
  ApiTokenLine,
  AuditLine,
  CampaignDetail,
  CampaignSummary,
  Command,
  CommandAnswer,
  CommandRequest,
  ComparisonBoard,
  DeviceEntry,
  Doubles,
  DoubtfulList,
  EndedCampaign,
  EnrolmentCode,
  ErasePerson,
  FindPerson,
  ForgetPseudonyms,
  GroupChange,
  GroupDetail,
  GroupEffect,
  GroupList,
  HoldRequest,
  LayerEntry,
  LookedAt,
  LookingAt,
  Me,
  NewApiToken,
  NewCampaign,
  NewEnrolment,
  NewExport,
  NewLayer,
  NewSeries,
  NewSheet,
  ObservationDetail,
  PersonHeld,
  PinResetLine,
  OpenCodeLine,
  PlaceCandidates,
  PlaceSearch,
  PasswordChange,
  PurgeAnswered,
  PurgeRequest,
  NewPaperSheets,
  ObservationPage,
  Oppose,
  OppositionLine,
  Oppositions,
  Overlaps,
  PaperSheetLine,
  Estimation,
  ExportReason,
  IndicatorBoard,
  Quality,
  QuarantineList,
  QuarantineRetried,
  QuarantineRetry,
  RecoveryCodes,
  ReleaseEntry,
  ReleasePreview,
  Releases,
  RescueTaken,
  RescueUpload,
  RetentionLine,
  ReviewLog,
  SecondFactorDrawn,
  SessionLine,
  SeriesLine,
  SheetCode,
  SheetFileRead,
  SheetFileUpload,
  SlotRef,
  TilesEntry,
  Tonight,
} from './generated/console';

/** The server said no, or could not be reached (`unreachable`). */
export class Refused extends Error {
  constructor(
    /** Stable kebab-case code. */
    readonly code: string,
    /** HTTP code; 0 where there was no answer. */
    readonly status: number,
    /** Where in the request, where it can be told. */
    readonly field: string | null,
  ) {
    super(code);
    this.name = 'Refused';
  }
}

function refusal(status: number, text: string): Refused {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'code' in problem) {
      const field = 'field' in problem && typeof problem.field === 'string' ? problem.field : null;
      return new Refused(String(problem.code), status, field);
    }
  } catch {
    // Not a problem document: a proxy's page, or a server that fell over.
  }
  return new Refused(status === 401 ? 'not-logged-in' : 'internal-error', status, null);
}

/** Asks and reads text. Throws `Refused`. */
async function askText(
  method: string,
  path: string,
  body?: unknown,
  limitMs?: number,
): Promise<string> {
  try {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await send(method, path, text, limitMs);
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw refusal(reply.status, reply.text);
  } catch (error) {
    if (error instanceof Unreachable) throw new Refused('unreachable', 0, null);
    throw error;
  }
}

/** Asks for a file with exact places or refused bytes, saying why. Throws `Refused`. */
async function takeBytes(path: string, why: ExportReason | NewExport): Promise<Blob> {
  try {
    const reply = await sendForBytes('POST', path, JSON.stringify(why));
    if (reply.status >= 200 && reply.status < 300) return reply.bytes;
    throw refusal(reply.status, await reply.bytes.text());
  } catch (error) {
    if (error instanceof Unreachable) throw new Refused('unreachable', 0, null);
    throw error;
  }
}

/** Asks and reads JSON. Throws `Refused`. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  limitMs?: number,
): Promise<T> {
  const text = await askText(method, path, body, limitMs);
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Refused('internal-error', 502, null);
  }
}

const at = (campaign: string): string => `/api/campaigns/${encodeURIComponent(campaign)}`;

export const login = (name: string, password: string, code: string | null): Promise<Me> =>
  ask('POST', '/api/login', { name, password, code });
export const logout = (): Promise<void> => ask('POST', '/api/logout');
export const me = (): Promise<Me> => ask('GET', '/api/me');

export const sessions = (): Promise<SessionLine[]> => ask('GET', '/api/sessions');
export const closeSession = (id: string): Promise<void> =>
  ask('POST', `/api/sessions/${encodeURIComponent(id)}/close`);
export const drawSecondFactor = (): Promise<SecondFactorDrawn> =>
  ask('POST', '/api/second-factor/draw');
export const keepSecondFactor = (secret: string, code: string): Promise<RecoveryCodes> =>
  ask('POST', '/api/second-factor', { secret, code });
export const removeSecondFactor = (): Promise<void> => ask('POST', '/api/second-factor/remove');

export const changePassword = (change: PasswordChange): Promise<void> =>
  ask('PUT', '/api/account/password', change);
export const apiTokens = (): Promise<ApiTokenLine[]> => ask('GET', '/api/account/tokens');
export const drawApiToken = (wanted: NewApiToken): Promise<ApiTokenDrawn> =>
  ask('POST', '/api/account/tokens', wanted);
export const endApiToken = (id: string): Promise<void> =>
  ask('POST', `/api/account/tokens/${encodeURIComponent(id)}/revoke`);

export const retention = (): Promise<RetentionLine[]> => ask('GET', '/api/retention');
/** Whole files are overwritten and looked through before a purge answers. */
const PURGE_LIMIT_MS = 15 * 60_000;
export const purge = (id: string, wish: PurgeRequest): Promise<PurgeAnswered> =>
  ask('POST', `${at(id)}/purge`, wish, PURGE_LIMIT_MS);
export const hold = (id: string, wish: HoldRequest): Promise<void> =>
  ask('POST', `${at(id)}/hold`, wish);

/** Destroys the key of a campaign's pseudonyms; the signed certificate is kept as a file. */
export async function forgetPseudonyms(id: string, wish: ForgetPseudonyms): Promise<void> {
  const signed = await ask('POST', `${at(id)}/pseudonyms/forget`, wish, PURGE_LIMIT_MS);
  const name = `maraude-pseudonymes-${id.slice(0, 8)}.json`;
  handFile(name, 'application/json', JSON.stringify(signed, null, 2));
}

/** What is held of a person, by the code on their slip of paper. */
export const findPerson = (id: string, wish: FindPerson): Promise<PersonHeld[]> =>
  ask('POST', `${at(id)}/persons/find`, wish);

/** Who is not to be recorded: numbers, dates and reasons. */
export const oppositions = (id: string): Promise<Oppositions> =>
  ask('GET', `${at(id)}/oppositions`);
export const oppose = (id: string, wish: Oppose): Promise<OppositionLine> =>
  ask('POST', `${at(id)}/oppositions`, wish, PURGE_LIMIT_MS);
export const withdrawOpposition = (id: string, number: number): Promise<void> =>
  ask('POST', `${at(id)}/oppositions/${number}/withdraw`, undefined, PURGE_LIMIT_MS);

/** Erases it for ever; the signed certificate is handed to the person as a file. */
export async function erasePerson(id: string, wish: ErasePerson): Promise<void> {
  const signed = await ask('POST', `${at(id)}/persons/erase`, wish, PURGE_LIMIT_MS);
  const name = `maraude-effacement-${wish.observation.slice(0, 8)}.json`;
  handFile(name, 'application/json', JSON.stringify(signed, null, 2));
}

/** Hands over the coarse table of a campaign, with why in the audit log. */
export async function takeCoarseTable(id: string, reason: string): Promise<void> {
  const bytes = await takeBytes(`${at(id)}/coarse`, { reason });
  handFile('coarse.csv', 'text/csv', bytes);
}

/** Where the certificate of a purge or a coarsening is downloaded from. */
export const certificateFile = (id: string): string => `${at(id)}/certificate`;

/** The log of what was done, newest first: the rows below a number, or the newest. */
export const audit = (before: number | null): Promise<AuditLine[]> =>
  ask('GET', `/api/audit${before === null ? '' : `?before=${before}`}`);

/** Rows of the log in one answer, at most; fewer are its end. */
export const AUDIT_PAGE = 200;

export const campaigns = (): Promise<CampaignSummary[]> => ask('GET', '/api/campaigns');
/** Campaigns whose documents ended, and what is still there. */
export const endedCampaigns = (): Promise<EndedCampaign[]> => ask('GET', '/api/ended-campaigns');
export const createCampaign = (campaign: NewCampaign): Promise<CampaignSummary> =>
  ask('POST', '/api/campaigns', campaign);
export const campaign = (id: string): Promise<CampaignDetail> => ask('GET', at(id));

export const tonight = (id: string, night: string | null): Promise<Tonight> =>
  ask('GET', `${at(id)}/tonight${night === null ? '' : `?night=${encodeURIComponent(night)}`}`);
/** A page of the pairs to review: the first, or the one that begins at `next` of another. */
export const doubles = (id: string, after: string | null): Promise<Doubles> =>
  ask('GET', `${at(id)}/doubles${after === null ? '' : `?after=${encodeURIComponent(after)}`}`);
export const look = (id: string, what: LookingAt): Promise<LookedAt> =>
  ask('POST', `${at(id)}/doubles/looking`, what);
export const groups = (id: string): Promise<GroupList> => ask('GET', `${at(id)}/groups`);
export const group = (id: string, { observation, slot }: SlotRef): Promise<GroupDetail> =>
  ask('GET', `${at(id)}/groups/${encodeURIComponent(observation)}/${slot}`);
export const groupEffect = (id: string, change: GroupChange): Promise<GroupEffect> =>
  ask('POST', `${at(id)}/groups/effect`, change);
export const doubtful = (id: string): Promise<DoubtfulList> => ask('GET', `${at(id)}/doubtful`);
export const overlaps = (id: string): Promise<Overlaps> => ask('GET', `${at(id)}/overlaps`);
export const paperSheets = (id: string): Promise<PaperSheetLine[]> =>
  ask('GET', `${at(id)}/paper-sheets`);
export const printPaperSheets = (id: string, wanted: NewPaperSheets): Promise<PaperSheetLine[]> =>
  ask('POST', `${at(id)}/paper-sheets`, wanted);
/** How a CSV file of paper sheets is understood; nothing of it is kept. */
export const checkSheetFile = (id: string, file: Uint8Array): Promise<SheetFileRead> =>
  ask('POST', `${at(id)}/paper-sheets/check`, { file: toBase64(file) } satisfies SheetFileUpload);
/** The order that takes every sheet of such a file in, or none. */
export const importSheets = (file: Uint8Array, reason: string): Command => ({
  command: 'import_sheets',
  file: toBase64(file),
  reason,
});
/** Where the empty file, and what its columns take, are downloaded from. */
export const SHEET_TEMPLATE = '/api/paper-sheets/template';
export const SHEET_SCHEMA = '/api/paper-sheets/schema';
export const reviewLog = (id: string): Promise<ReviewLog> => ask('GET', `${at(id)}/review-log`);
export const quality = (id: string): Promise<Quality> => ask('GET', `${at(id)}/quality`);
export const estimation = (id: string): Promise<Estimation> => ask('GET', `${at(id)}/estimation`);
export const indicators = (id: string): Promise<IndicatorBoard> => ask('GET', `${at(id)}/indicators`);
/** This campaign beside another one, either of which may have ended. */
export const comparison = (id: string, other: string): Promise<ComparisonBoard> =>
  ask('GET', `${at(id)}/comparison?with=${encodeURIComponent(other)}`);
export const refreshQuality = (id: string): Promise<Quality> =>
  ask('POST', `${at(id)}/quality/refresh`);
export const observations = (id: string, query: string): Promise<ObservationPage> =>
  ask('GET', `${at(id)}/observations${query}`);
export const gazetteer = (id: string, text: string, which: string): Promise<PlaceCandidates> =>
  ask('POST', `${at(id)}/gazetteer`, { text, observation: which } satisfies PlaceSearch);
export const observation = (id: string, which: string): Promise<ObservationDetail> =>
  ask('GET', `${at(id)}/observations/${encodeURIComponent(which)}`);
export const devices = (id: string): Promise<DeviceEntry[]> => ask('GET', `${at(id)}/devices`);
export const enrol = (id: string, tablet: NewEnrolment): Promise<EnrolmentCode> =>
  ask('POST', `${at(id)}/enrolments`, tablet);
export const revoke = (id: string, device: string): Promise<void> =>
  ask('POST', `${at(id)}/devices/${encodeURIComponent(device)}/revoke`);

export const series = (id: string): Promise<SeriesLine[]> => ask('GET', `${at(id)}/series`);
export const openSeries = (id: string, wanted: NewSeries): Promise<EnrolmentCode> =>
  ask('POST', `${at(id)}/series`, wanted);
export const cancelSeries = (id: string, which: string): Promise<void> =>
  ask('POST', `${at(id)}/series/${encodeURIComponent(which)}/cancel`);
export const enrolmentSheet = (id: string, wanted: NewSheet): Promise<SheetCode[]> =>
  ask('POST', `${at(id)}/enrolment-sheet`, wanted);

export const pinResets = (id: string): Promise<PinResetLine[]> => ask('GET', `${at(id)}/pin-resets`);
export const allowPinReset = (id: string, device: string, what: AllowPinReset): Promise<void> =>
  ask('POST', `${at(id)}/devices/${encodeURIComponent(device)}/reset-pin`, what);

/** Hands in the file of a tablet that could not send. */
export const handInRescue = (id: string, file: Uint8Array): Promise<RescueTaken> =>
  ask('POST', `${at(id)}/rescue`, { file: toBase64(file) } satisfies RescueUpload);
export const accept = (id: string, device: string): Promise<void> =>
  ask('POST', `${at(id)}/devices/${encodeURIComponent(device)}/accept`, { team: null });
export const openCodes = (id: string): Promise<OpenCodeLine[]> =>
  ask('GET', `${at(id)}/enrolments`);
export const cancelCode = (id: string, code: string): Promise<void> =>
  ask('POST', `${at(id)}/enrolments/${encodeURIComponent(code)}/cancel`);

export const quarantine = (id: string): Promise<QuarantineList> =>
  ask('GET', `${at(id)}/quarantine`);
export const retryQuarantine = (id: string, what: QuarantineRetry): Promise<QuarantineRetried> =>
  ask('POST', `${at(id)}/quarantine/retry`, what);
export const settleQuarantine = (id: string, number: number): Promise<void> =>
  ask('POST', `${at(id)}/quarantine/${number}/settle`);

/** Hands over the bytes of a refused parcel, with why in the audit log. */
export async function takeAway(id: string, number: number, reason: string): Promise<void> {
  const bytes = await takeBytes(`${at(id)}/quarantine/${number}/export`, { reason });
  handFile(`maraude-${number}.bin`, 'application/octet-stream', bytes);
}

export const releases = (id: string): Promise<Releases> => ask('GET', `${at(id)}/releases`);
export const release = (id: string, number: number): Promise<ReleasePreview> =>
  ask('GET', `${at(id)}/releases/${number}`);
export const buildRelease = (id: string, stage: string): Promise<ReleaseEntry> =>
  ask('POST', `${at(id)}/releases`, { stage });

/** Formats of a release's files, as in addresses. */
export const releaseFormats = [
  'geojson',
  'gpkg',
  'csv',
  'dictionary',
  'xlsx',
  'fgb',
  'parquet',
  'pmtiles',
  'page',
  'dcat',
] as const;
export type ReleaseFormat = (typeof releaseFormats)[number];

/** Where a release's file is downloaded from. */
export const releaseFile = (
  id: string,
  number: number,
  format: ReleaseFormat,
): string => `${at(id)}/releases/${number}/export?format=${format}`;

/** What may be exported for the coordination alone, and in which formats. */
export const internalTables = ['clusters', 'observations', 'sites'] as const;
export type InternalTable = (typeof internalTables)[number];
export const internalFormats = [
  'geojson',
  'gpkg',
  'csv',
  'dictionary',
  'xlsx',
  'fgb',
  'parquet',
] as const;
export type InternalFormat = (typeof internalFormats)[number];

/** Hands a table with exact places to the coordinator, who says why. Throws `Refused`. */
export async function exportInternal(
  id: string,
  table: InternalTable,
  format: InternalFormat,
  reason: string,
): Promise<void> {
  const bytes = await takeBytes(`${at(id)}/internal/${table}`, { format, reason });
  const ending = format === 'dictionary' ? 'schema.json' : format;
  handFile(`${table}-interne.${ending}`, 'application/octet-stream', bytes);
}

/**
 * Sends one order. Where the answer is lost on the way the same order is sent once more under the
 * same identifier, so that it acts once. Throws `Refused`.
 */
export async function order(id: string, seen: number, command: Command): Promise<CommandAnswer> {
  const request: CommandRequest = { command_id: drawUuid(), seen, command };
  try {
    return await ask('POST', `${at(id)}/commands`, request);
  } catch (error) {
    if (error instanceof Refused && error.code === 'unreachable') {
      return ask('POST', `${at(id)}/commands`, request);
    }
    throw error;
  }
}

/** A commune on the server. */
export interface Commune {
  readonly code: string;
  readonly name: string;
}

/** The communes on the server, by name. */
export async function communes(): Promise<Commune[]> {
  const found = await ask<FeatureCollection>('GET', '/api/layers/commune');
  return found.features
    .map(({ properties }) => ({
      code: String(properties?.['code'] ?? ''),
      name: String(properties?.['name'] ?? ''),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Imports a layer. */
export const importLayer = (kind: string, layer: NewLayer): Promise<LayerEntry> =>
  ask('POST', `/api/layers/${encodeURIComponent(kind)}`, layer);

/** A GeoPackage or zipped shapefile as GeoJSON, to be looked at before it is imported. */
export const convertLayer = (file: Uint8Array): Promise<string> =>
  askText('POST', '/api/layers/convert', { file: toBase64(file), table: '' });

/** Imported layers by kind, as GeoJSON. */
export type Ground = Readonly<Record<string, FeatureCollection | undefined>>;

let groundRead: Promise<Ground> | null = null;

/** Where the background map is read from by ranges, and whom it is credited to. */
export interface BackgroundMap {
  readonly archive: string;
  readonly credit: string;
}

let backgroundRead: Promise<BackgroundMap | null> | null = null;

/** The background map that was supplied; read once, nothing where there is none. */
export function background(): Promise<BackgroundMap | null> {
  backgroundRead ??= ask<TilesEntry | undefined>('GET', '/api/tiles').then(
    (supplied) =>
      supplied === undefined
        ? null
        : {
            archive: new URL(`/api/tiles/${supplied.version}`, location.href).href,
            credit: supplied.credit,
          },
    () => null,
  );
  return backgroundRead;
}

/** Supplies a background map, whole or not at all. Throws `Refused`. */
export async function supplyBackground(archive: Blob): Promise<TilesEntry> {
  try {
    const reply = await sendFile('/api/tiles', archive, 'application/vnd.pmtiles');
    if (reply.status < 200 || reply.status >= 300) throw refusal(reply.status, reply.text);
    backgroundRead = null;
    return JSON.parse(reply.text) as TilesEntry;
  } catch (error) {
    if (error instanceof Unreachable) throw new Refused('unreachable', 0, null);
    throw error;
  }
}

/** The ground drawn below every map; read once, empty where the server has none. */
export function ground(): Promise<Ground> {
  groundRead ??= ask<{ layers: Ground }>('GET', '/api/map').then(
    (map) => map.layers,
    () => {
      groundRead = null;
      return {};
    },
  );
  return groundRead;
}

/** The ground has changed: the next map reads it again. */
export function forgetGround(): void {
  groundRead = null;
}

/** Follows what the server learns until the returned function is called. */
export const followLive = (id: string, listener: LiveListener): (() => void) =>
  follow(`/api/live?campaign=${encodeURIComponent(id)}`, 'position', listener);

export { handFile, drawUuid };
export type { LayerEntry, LiveListener };
