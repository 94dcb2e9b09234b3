/** *Tonight*, in English: the night as it runs. */

import { manyEn as many } from './plural';
import type { TonightText } from './tonight.fr';

export const tonightEn: TonightText = {
  night: 'Night',
  allNights: 'All nights',
  figures: 'The figure',
  apart: 'These lines are not to be added up.',
  street: 'Distinct people in the street',
  streetInterval: (text) => `estimate, pending pairs weighed: ${text} (95%)`,
  streetFiled: (text) => `${text} before doubles are taken out`,
  squats: 'Squats',
  bidonvilles: 'Shantytowns',
  people: (text) => `${text} people`,
  partners: 'Counted by partners',
  doubtful: 'Doubtful, out of the figure',
  pairs: 'Pairs to review',
  answered: 'Answered the questionnaire',
  observationCount: (count) => many(count, 'observation', 'observations'),
  teams: 'Teams',
  noTeam: 'No team expected or out.',
  team: 'Team',
  sector: 'Sector',
  state: 'State',
  contact: 'Last contact',
  unsent: 'To send',
  battery: 'Battery',
  met: 'People',
  observationsShort: 'Obs.',
  never: 'never',
  outside: 'outside sectors',
  unplanned: 'assignment to confirm',
  paper: 'paper',
  teamStates: { expected: 'expected', out: 'out', closed: 'back', silent: 'silent' },
  sectors: 'Sectors',
  noSector: 'No sector in the plan.',
  sectorStates: {
    waiting: 'not begun',
    walking: 'under way',
    covered: 'walked',
    partial: 'partly walked',
    not_walked: 'not walked',
  },
  zero: 'nobody met',
  parts: 'Different people in the street, by',
  dimensions: {
    sector: 'Sector',
    commune: 'Commune',
    situation: 'Situation',
  } as Record<string, string>,
  partUnknown: 'not known',
  noPart: 'Nobody in the street so far.',
  distinctShort: 'Figure',
  intervalShort: 'Estimate at 95 %',
  partsNote:
    'The parts add up to the total. Somebody seen in two parts is in the figure of the one where they were seen first; the estimate shares them.',
  places: 'Squats and bidonvilles',
  noPlace: 'No squat or bidonville so far.',
  place: 'Place',
  told: 'Head-count',
  metThere: 'Met',
  kept: 'Kept',
  notTold: 'no head-count',
  placesNote:
    'People met at the door are inside the head-count: they are never added to it. The larger of the two is kept.',
  alerts: 'To be dealt with',
  noAlert: 'Nothing to see to.',
  alert: {
    'recorded-twice': (about) =>
      `Sector ${about}: recorded twice. One alone counts until somebody decides.`,
    quarantine: (about) => `Something sent by ${about} could not be read. It is kept, to be taken up.`,
    'disk-full': () =>
      'The server’s disk is full: nothing more is taken in. The tablets keep everything. Tell whoever runs the server.',
    'campaign-damaged': (about: string) =>
      `A campaign of this server (${about}…) no longer opens: its files are damaged. Tell whoever runs the server.`,
    'quarantine-full': (about) =>
      `${about} sends too much that is refused: what is refused is no longer kept here but on the tablet. Check who holds it.`,
    'log-went-back': (about) =>
      `${about} showed that the server went back: have Maraude opened on every tablet.`,
    'tablet-went-back': (about) =>
      `${about}: its memory went back, a backup was put back. What it sends is taken.`,
    'tablet-cloned': (about) =>
      `${about}: two tablets share one memory. What they send is kept; enrol one of them with a fresh code.`,
    'late-round': (about) => `${about}: observations arrived after the closing.`,
    'unplanned-round': (about) => `${about}: a round not in the plan, assignment to confirm.`,
    'silent-team': (about) => `${about} has been silent for 45 minutes: call.`,
    'clock-off': (about) => `${about}: the tablet’s clock is off.`,
    outside: (about) => `${about}: an observation is placed outside the ground.`,
    conflict: (about) => `${about}: two tablets wrote different values.`,
    'met-by-two': (about) =>
      `${about} are outside and seem to have met the same people: call them.`,
    border: (about) => `${about}: an observation is at the border of two sectors.`,
  },
  otherAlert: (code, about) => `${about}: ${code}.`,
  map: 'Map of the night',
  mapText: (sectors, dots) =>
    `Map: ${many(sectors, 'sector', 'sectors')}, ${many(dots, 'observation', 'observations')} placed. The tables say the same.`,
  legend: 'Legend',
  units: {
    street: 'Street',
    squat: 'Squat',
    bidonville: 'Shantytown',
    partner: 'Partner',
    none: 'None',
  },
};
