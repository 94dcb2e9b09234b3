/** The theme's colours, read from the page for the map's canvas. */
import type { FieldColours } from './field-map';

/** Colours at hand; read again when the theme changes. */
export function fieldColours(): FieldColours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: of('--ground'),
    land: of('--map-land'),
    street: of('--map-street'),
    water: of('--map-water'),
    line: of('--line'),
    text: of('--text'),
    accent: of('--accent'),
    problem: of('--problem'),
    muted: of('--muted'),
  };
}
