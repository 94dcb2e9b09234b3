/**
 * Colours of the maps, read from the theme at hand. State is also written in words beside each map:
 * in the red theme all hues are alike.
 */

import type { BasemapColours } from '../../map/board';
import type { Paint } from './shapes';

/** A colour of the theme, by the name of its token. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Colours of the ground below the shapes. */
export function groundColours(): BasemapColours {
  return {
    ground: token('ground'),
    land: token('map-land'),
    street: token('map-street'),
    water: token('map-water'),
    line: token('line'),
    text: token('text'),
    muted: token('muted'),
  };
}

/** Fill and outline of a sector by its state. */
export function sectorPaint(state: string): Paint {
  switch (state) {
    case 'covered':
      return { colour: token('good'), opacity: 0.32 };
    case 'zero':
      return { colour: token('text'), opacity: 0.22 };
    case 'partial':
      return { colour: token('good'), opacity: 0.14 };
    case 'walking':
      return { colour: token('accent'), opacity: 0.28 };
    case 'not_walked':
      return { colour: token('problem'), opacity: 0.24 };
    default:
      return { colour: token('muted'), opacity: 0.08 };
  }
}

/** Colour of a dot by what it counts for. */
export function unitColour(unit: string): string {
  switch (unit) {
    case 'street':
    case 'camp':
      return token('accent');
    case 'squat':
      return token('problem');
    case 'bidonville':
      return token('good');
    case 'partner':
      return token('text');
    default:
      return token('muted');
  }
}
