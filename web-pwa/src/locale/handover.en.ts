/** Passing a running round to another tablet, in English. */
import type { handedFr, handoverFr } from './handover.fr';
import type { Sentences } from './sentences.fr';

export const handoverEn: typeof handoverFr = {
  give: 'Hand over',
  giveLead:
    'On the team’s other tablet: “Before leaving”, then “Receive a round”. It shows a code. Read it here.',
  giveSafe: 'Nothing has passed yet: this tablet keeps the round until the end.',
  readCall: 'Read the other tablet’s code',
  chooseCall: 'Choose its file',
  showLead: (other) => `On ${other}, touch “Read the round” and aim at these codes.`,
  giveThen: (other) =>
    `Once ${other} shows the same words and took the round, touch the button below. Before that, nothing has passed.`,
  given: (other) => `Done, ${other} has the round`,
  receive: 'Receive a round',
  callLead: 'Show this code to the tablet that hands over: it reads it, then shows codes in its turn.',
  callThen: 'Then touch “Read the round” and aim at its screen.',
  readPack: 'Read the round',
  choosePack: 'Choose the other tablet’s file',
  readLead: 'Aim at the codes of the tablet that hands over.',
  stopReading: 'Stop reading',
  noCamera: 'The camera does not work or is not allowed. Use a file.',
  cameLead: (other) => `${other} hands this round over to you.`,
  cameThen: 'If a single word differs, do not take it.',
  wordsTitle: 'The four words',
  wordsHint: (other) => `${other} must show the same ones, in the same order.`,
  accept: 'Same words: take the round',
  different: 'Different words',
};

export const handedEn: typeof handedFr = {
  give: 'Hand over',
  receive: 'Receive a round',
  handed: (to) => `This round goes on on ${to}.`,
  lead: 'Here it is only read. What was not sent yet leaves from here too, as soon as there is a network.',
  received: 'The other tablet has received it.',
  takeBack: 'Take it back',
  takeBackTitle: 'Take the round back?',
  takeBackLead: (to) =>
    `Only if ${to} did not take the round. Else both tablets would count the same street: have it hand the round back instead.`,
  takeBackYes: 'Nobody took it: take it back',
};

const nothingPassed = 'Nothing has passed.';
const again = 'Start again from the other tablet: it keeps everything.';

export const handoverMessagesEn: Sentences = {
  'round-given': () => 'Handed over. Here the round is only read.',
  'round-taken-back': () => 'The round goes on on this tablet.',
  'round-received': () => 'The round goes on here, with everything that was recorded.',
  'round-handed': () => 'This round goes on on another tablet: here it is only read.',
  'handover-received': () => 'The other tablet took this round. Have it hand the round back.',
  'handover-no-team': () =>
    'This tablet is of no team: it cannot receive a round. Call the coordination.',
  'handover-unreadable': () =>
    `This is not what is to be read here. ${nothingPassed} Aim at the other tablet’s code, or choose its “.maraude” file.`,
  'handover-newer': () => `The other tablet has a newer version. ${nothingPassed} Update this one.`,
  'handover-cut-short': () => `This is incomplete. ${nothingPassed} ${again}`,
  'handover-damaged': () => `This is damaged. ${nothingPassed} ${again}`,
  'handover-other-campaign': () => `The other tablet is of another campaign. ${nothingPassed}`,
  'handover-other-team': () =>
    `The other tablet is not of this team. ${nothingPassed} A round passes to a tablet of the same team only.`,
  'handover-other-tablet': () =>
    `This is for another tablet. ${nothingPassed} The code of the receiving tablet is needed.`,
  'handover-not-awaited': () =>
    `This answers an older code, or was taken already. ${nothingPassed} Show the code on screen now to the other tablet.`,
};
