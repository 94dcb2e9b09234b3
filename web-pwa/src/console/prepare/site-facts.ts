// Facts of a place under the codes of the national platform of bidonvilles; the server checks them.
import type { SiteFacts } from '../../core/generated/console';

/** Codes of each fact that has some, in the order they are shown. */
export const siteCodes = {
  state: ['open', 'closed_by_justice', 'resorbed', 'other', 'unknown'],
  owner_type: ['public', 'prive', 'inconnu'],
  census_status: ['none', 'scheduled', 'done'],
  water_access_type: [
    'fontaine_publique',
    'borne_incendie',
    'achat_bouteille',
    'reservoir',
    'robinet_connecte_au_reseau',
    'autre',
    'inconnu',
  ],
} as const;

/** A place of which nothing is known beside the night. */
export const noFacts = (): SiteFacts => ({
  address: null,
  built_at: null,
  declared_at: null,
  state: null,
  closed_at: null,
  owner_type: null,
  is_reinstallation: null,
  census_status: null,
  census_conducted_at: null,
  minors_in_school: null,
  water_access_type: null,
});

/** What is sent: nothing where nothing is known. */
export const toldFacts = (facts: SiteFacts): SiteFacts | null =>
  Object.values(facts).every((fact) => fact === null) ? null : facts;
