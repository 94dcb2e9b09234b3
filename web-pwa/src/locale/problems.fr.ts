/**
 * Refusals of the server in French, by their stable code: what happened, what is safe, what to do.
 */

/** A refusal in words. */
export interface ProblemWords {
  readonly what: string;
  readonly safe: string;
  readonly act: string;
}

const notSent = 'Rien n’a été changé sur le serveur.';

export const problemsFr: Record<string, ProblemWords> = {
  'facts-wrong': {
    what: 'Ces lettres ou cette année ne se lisent pas.',
    safe: notSent,
    act: 'Il faut deux lettres du prénom, deux du nom, et une année de naissance entière.',
  },
  'already-opposed': {
    what: 'Ces lettres et cette année sont déjà inscrites.',
    safe: 'Les réponses correspondantes sont déjà retenues.',
    act: 'Il n’y a rien à faire.',
  },
  'sheet-number-wrong': {
    what: 'Ce numéro de feuille ne se lit pas.',
    safe: notSent,
    act: 'Vérifiez chaque chiffre, et la lettre à la fin.',
  },
  'sheet-keyed-in': {
    what: 'Cette feuille a déjà été recopiée.',
    safe: 'Ce qui a été recopié la première fois est gardé. Rien n’est compté deux fois.',
    act: 'Vérifiez le numéro sur le papier.',
  },
  unreachable: {
    what: 'Le serveur ne répond pas.',
    safe: 'Ce qui est affiché reste à l’écran ; les tablettes gardent ce qu’elles ont.',
    act: 'Vérifiez le réseau, puis réessayez.',
  },
  'session-expired': {
    what: 'La session a expiré.',
    safe: notSent,
    act: 'Entrez à nouveau votre mot de passe.',
  },
  'not-logged-in': {
    what: 'La session a expiré.',
    safe: notSent,
    act: 'Entrez à nouveau votre mot de passe.',
  },
  'passkey-not-given': {
    what: 'Aucune clé d’accès n’a été donnée.',
    safe: notSent,
    act: 'Recommencez, ou entrez par le mot de passe. Une clé qui n’est pas sur cet appareil peut être sur un téléphone.',
  },
  'passkey-known': {
    what: 'Cet appareil a déjà une clé d’accès pour ce compte.',
    safe: notSent,
    act: 'Servez-vous de celle-là, ou prenez un autre appareil.',
  },
  'passkey-elsewhere': {
    what: 'Les clés d’accès de ce serveur sont pour son adresse publique.',
    safe: notSent,
    act: 'Ouvrez la console à l’adresse que votre association vous a donnée.',
  },
  'passkey-not-possible': {
    what: 'Cet appareil ne sait pas se servir d’une clé d’accès ici.',
    safe: notSent,
    act: 'Prenez un autre navigateur ou un autre appareil, ou le mot de passe.',
  },
  'passkeys-not-here': {
    what: 'Ce serveur n’a pas d’adresse avec un nom : les navigateurs n’y créent pas de clé d’accès.',
    safe: notSent,
    act: 'Entrez par le mot de passe. Qui tient le serveur peut lui donner un nom.',
  },
  'passkey-too-late': {
    what: 'La réponse est arrivée trop tard, ou a déjà servi.',
    safe: notSent,
    act: 'Recommencez.',
  },
  'passkey-wrong': {
    what: 'Cette clé d’accès n’ouvre aucun compte ici.',
    safe: 'Elle a pu être retirée.',
    act: 'Prenez-en une autre, ou le mot de passe.',
  },
  'passkey-not-verified': {
    what: 'L’appareil n’a pas vérifié qui le tient.',
    safe: notSent,
    act: 'Réglez-y un code, une empreinte ou un visage, puis recommencez.',
  },
  'passkey-went-back': {
    what: 'Le compteur de cette clé d’accès est revenu en arrière : elle a peut-être été copiée.',
    safe: 'Elle a été refusée, et c’est écrit dans le journal.',
    act: 'Entrez par le mot de passe, retirez cette clé et prévenez qui tient le serveur.',
  },
  'too-many-passkeys': {
    what: 'Ce compte a déjà beaucoup de clés d’accès.',
    safe: notSent,
    act: 'Retirez-en une d’abord.',
  },
  'second-factor-needed': {
    what: 'Un code est demandé.',
    safe: notSent,
    act: 'Tapez le code que montre votre téléphone.',
  },
  'second-factor-wrong': {
    what: 'Ce code est faux, trop ancien ou déjà utilisé.',
    safe: notSent,
    act: 'Attendez le code suivant, ou prenez un code de secours.',
  },
  'team-not-allowed': {
    what: 'Ce compte ne peut pas faire cela pour les tablettes de cette équipe.',
    safe: notSent,
    act: 'Demandez à la coordination.',
  },
  'not-by-the-proxy': {
    what: 'Cette adresse ne mène pas au serveur.',
    safe: notSent,
    act: 'Prenez l’adresse donnée par la coordination.',
  },
  'password-wrong': {
    what: 'Ce n’est pas le mot de passe actuel.',
    safe: notSent,
    act: 'Tapez-le à nouveau.',
  },
  'password-length': {
    what: 'Le nouveau mot de passe est trop court.',
    safe: notSent,
    act: 'Prenez au moins dix caractères.',
  },
  'password-guessable': {
    what: 'Le nouveau mot de passe est de ceux qu’on devine en premier.',
    safe: notSent,
    act: 'Prenez plusieurs mots qui ne vont pas ensemble.',
  },
  'too-many-tokens': {
    what: 'Ce compte a déjà beaucoup de jetons.',
    safe: notSent,
    act: 'Supprimez-en un d’abord.',
  },
  'value-invalid': {
    what: 'Une valeur ne convient pas.',
    safe: notSent,
    act: 'Corrigez-la, puis recommencez.',
  },
  'prove-again': {
    what: 'Cette action demande une connexion récente.',
    safe: notSent,
    act: 'Entrez à nouveau, puis recommencez.',
  },
  'confirmation-wrong': {
    what: 'Ce n’est pas le nom de la campagne.',
    safe: notSent,
    act: 'Tapez-le exactement.',
  },
  'legal-hold': {
    what: 'Une conservation légale est en cours.',
    safe: notSent,
    act: 'Faites-la lever d’abord.',
  },
  'campaign-exported': {
    what: 'Cette campagne a été exportée pour un autre serveur.',
    safe: 'Ce qui était là à l’export est des deux côtés.',
    act: 'Ses chiffres, ses tablettes et ses diffusions sont sur son nouveau serveur : allez-y.',
  },
  'campaign-open': {
    what: 'La campagne est ouverte.',
    safe: notSent,
    act: 'Verrouillez-la d’abord.',
  },
  'login-wrong': {
    what: 'Nom ou mot de passe refusé.',
    safe: notSent,
    act: 'Vérifiez les deux, puis réessayez.',
  },
  'too-many-attempts': {
    what: 'Trop d’essais.',
    safe: notSent,
    act: 'Attendez quelques minutes, puis réessayez.',
  },
  'role-not-allowed': {
    what: 'Votre compte n’a pas ce droit.',
    safe: notSent,
    act: 'Demandez à la personne qui administre le serveur.',
  },
  'passkey-needed': {
    what: 'Ce compte a une clé d’accès : le mot de passe seul ne l’ouvre pas.',
    safe: notSent,
    act: 'Touchez « Clé d’accès ». Si l’appareil qui la garde est perdu, demandez à la personne qui administre le serveur.',
  },
  'second-proof-first': {
    what: 'Un mot de passe seul ne suffit pas sur ce serveur.',
    safe: notSent,
    act: 'Dans Mon compte, créez une clé d’accès ou mettez en place le code du téléphone.',
  },
  'not-found': {
    what: 'Introuvable : cela n’existe pas ou plus.',
    safe: notSent,
    act: 'Revenez à la liste.',
  },
  'stale-position': {
    what: 'Quelqu’un d’autre vient de changer cela.',
    safe: 'Son changement est gardé ; le vôtre n’a pas été fait.',
    act: 'L’écran montre maintenant l’état nouveau : refaites le changement s’il est toujours utile.',
  },
  'opening-obstacles': {
    what: 'La campagne ne peut pas encore ouvrir.',
    safe: 'Elle reste en préparation.',
    act: 'Complétez les points listés, puis ouvrez-la.',
  },
  'campaign-locked': {
    what: 'La campagne est verrouillée.',
    safe: notSent,
    act: 'Ce changement n’est plus possible dans cette campagne.',
  },
  'invalid-geojson': {
    what: 'Ce fichier n’est pas un GeoJSON lisible.',
    safe: notSent,
    act: 'Exportez-le à nouveau en GeoJSON (WGS 84), puis réessayez.',
  },
  'malformed-request': {
    what: 'Le serveur n’a pas pu lire la demande.',
    safe: notSent,
    act: 'Corrigez le champ indiqué.',
  },
  'invalid-value': {
    what: 'Une valeur n’est pas acceptée.',
    safe: notSent,
    act: 'Corrigez le champ indiqué.',
  },
  'not-there': {
    what: 'Cela n’est plus là.',
    safe: notSent,
    act: 'L’écran montre maintenant l’état nouveau.',
  },
  'request-too-large': {
    what: 'Le fichier est trop gros.',
    safe: notSent,
    act: 'Simplifiez-le ou découpez-le.',
  },
  'disk-full': {
    what: 'Le disque du serveur est plein.',
    safe: 'Ce qui était reçu est gardé ; ce changement n’a pas été fait.',
    act: 'Prévenez l’administration avant de continuer.',
  },
  'campaign-damaged': {
    what: 'Les fichiers de cette campagne sont abîmés : elle ne s’ouvre plus.',
    safe: 'Les autres campagnes marchent ; les tablettes gardent ce qu’elles ont.',
    act: 'Prévenez qui tient le serveur : une copie peut être remise en place.',
  },
  'campaign-unknown': {
    what: 'Cette campagne n’existe pas sur ce serveur.',
    safe: notSent,
    act: 'Revenez à la liste des campagnes.',
  },
  'campaign-gone': {
    what: 'Cette campagne a été effacée.',
    safe: 'Ses diffusions restent.',
    act: 'Revenez à la liste des campagnes.',
  },
  'document-gone': {
    what: 'Ces données ont été effacées à la date prévue.',
    safe: 'Les diffusions restent.',
    act: 'Revenez à la liste.',
  },
  'cross-site': {
    what: 'La demande semble venir d’un autre site.',
    safe: notSent,
    act: 'Rechargez la page à l’adresse du serveur.',
  },
  'device-revoked': {
    what: 'Cette tablette est révoquée.',
    safe: notSent,
    act: 'Enrôlez-la à nouveau si elle doit resservir.',
  },
  'server-busy': {
    what: 'Le serveur est occupé.',
    safe: notSent,
    act: 'Réessayez dans un instant.',
  },
  'internal-error': {
    what: 'Le serveur a rencontré une erreur.',
    safe: 'On ne sait pas si la demande a été faite ; l’écran a été relu.',
    act: 'Vérifiez l’écran avant de recommencer. Si cela revient, prévenez l’administration.',
  },
  'pseudonyms-forgotten': {
    what: 'La clé des pseudonymes de cette campagne a été détruite.',
    safe: notSent,
    act: 'Ces lettres ne peuvent plus être demandées dans cette campagne.',
  },
  'pseudonyms-never-asked': {
    what: 'Cette campagne n’a jamais demandé de pseudonymes.',
    safe: notSent,
    act: 'Il n’y a rien à oublier.',
  },
  'campaign-archived': {
    what: 'La campagne est archivée.',
    safe: notSent,
    act: 'Ce changement n’est plus possible.',
  },
  'campaign-not-open': {
    what: 'La campagne n’est pas ouverte.',
    safe: notSent,
    act: 'Ouvrez-la d’abord, dans Préparer.',
  },
  'perimeter-frozen': {
    what: 'Le périmètre est fixé depuis l’ouverture de la campagne.',
    safe: notSent,
    act: 'Pour un autre périmètre, créez une autre campagne.',
  },
  'campaign-not-ready': {
    what: 'La campagne n’est plus en préparation.',
    safe: notSent,
    act: 'Regardez son état en haut de l’écran.',
  },
  'before-coarsening': {
    what: 'L’effacement est prévu avant la première date de garde.',
    safe: notSent,
    act: 'Choisissez une date d’effacement plus tardive.',
  },
  'before-last-night': {
    what: 'La première date de garde est avant la dernière nuit.',
    safe: notSent,
    act: 'Choisissez une date après la dernière nuit.',
  },
  'code-taken': {
    what: 'Ce code est déjà pris.',
    safe: notSent,
    act: 'Choisissez un autre code.',
  },
  'not-a-night': {
    what: 'Cette date n’est pas une nuit de la campagne.',
    safe: notSent,
    act: 'Choisissez une nuit de la fiche.',
  },
  'open-ring': {
    what: 'Le contour n’est pas fermé, ou n’a pas assez de sommets.',
    safe: notSent,
    act: 'Redessinez le secteur.',
  },
  'not-a-fact': {
    what: 'Une date ou un code de ce lieu n’est pas de ceux qu’attend la plateforme nationale.',
    safe: notSent,
    act: 'Choisissez dans la liste, ou écrivez la date comme 2026-03-01.',
  },
  'out-of-range': {
    what: 'Une coordonnée est impossible.',
    safe: notSent,
    act: 'Écrivez la longitude d’abord, puis la latitude, en degrés.',
  },
  'too-detailed': {
    what: 'Le contour a trop de sommets.',
    safe: notSent,
    act: 'Simplifiez-le, puis réessayez.',
  },
  'same-slot': {
    what: 'Les deux côtés de la paire sont la même observation.',
    safe: notSent,
    act: 'Passez à la paire suivante.',
  },
  'too-long': {
    what: 'Un texte est trop long.',
    safe: notSent,
    act: 'Raccourcissez-le.',
  },
  'too-many': {
    what: 'Il y en a trop d’un coup.',
    safe: notSent,
    act: 'Faites-le en plusieurs fois.',
  },
  missing: {
    what: 'Un champ obligatoire est vide.',
    safe: notSent,
    act: 'Remplissez-le.',
  },
  'layer-not-json': {
    what: 'Ce fichier n’est pas du texte JSON.',
    safe: notSent,
    act: 'Exportez-le à nouveau en GeoJSON.',
  },
  'layer-not-a-collection': {
    what: 'Ce fichier n’est pas une collection d’objets.',
    safe: notSent,
    act: 'Exportez-le à nouveau en GeoJSON (FeatureCollection).',
  },
  'layer-not-read': {
    what: 'Ce fichier ne se laisse pas lire.',
    safe: notSent,
    act: 'Exportez-le à nouveau : GeoJSON, GeoPackage, ou tous les fichiers du shapefile dans un zip.',
  },
  'layer-many-tables': {
    what: 'Ce GeoPackage contient plusieurs couches.',
    safe: notSent,
    act: 'Exportez la couche voulue dans un fichier à elle.',
  },
  'layer-empty': {
    what: 'Ce fichier ne contient aucun objet.',
    safe: notSent,
    act: 'Choisissez un autre fichier.',
  },
  'no-tiles': {
    what: 'Il n’y a pas de fond de carte sur le serveur.',
    safe: notSent,
    act: 'Les cartes dessinent les couches importées.',
  },
  'tiles-refused': {
    what: 'Ce fichier n’est pas un fond de carte que les tablettes savent lire.',
    safe: 'Le fond de carte d’avant reste en service.',
    act: 'Choisissez un extrait PMTiles de tuiles vectorielles, entier.',
  },
  'tiles-too-large': {
    what: 'Ce fond de carte dépasse 4 Go.',
    safe: 'Le fond de carte d’avant reste en service.',
    act: 'Faites un extrait du seul territoire.',
  },
  'layer-too-large': {
    what: 'Ce fichier a trop de sommets.',
    safe: notSent,
    act: 'Simplifiez-le, ou importez-le par la commande du serveur.',
  },
  'layer-coordinates': {
    what: 'Ses coordonnées ne sont ni en WGS 84 ni en Lambert-93.',
    safe: notSent,
    act: 'Exportez-le en WGS 84 (EPSG:4326).',
  },
  'layer-geometry': {
    what: 'Une forme du fichier est abîmée.',
    safe: notSent,
    act: 'Réparez la forme indiquée, puis réessayez.',
  },
  'layer-wrong-shape': {
    what: 'Les formes ne conviennent pas à ce type de couche.',
    safe: notSent,
    act: 'Vérifiez ce que vous avez choisi comme type.',
  },
  'layer-columns': {
    what: 'Une colonne choisie manque, ou un code est vide.',
    safe: notSent,
    act: 'Choisissez d’autres colonnes.',
  },
  'release-obstacles': {
    what: 'Cette diffusion ne peut pas être construite maintenant.',
    safe: notSent,
    act: 'Levez ce qui est listé, puis recommencez.',
  },
  'release-ledger': {
    what: 'Une diffusion déjà publiée des mêmes nuits s’y oppose : ensemble, elles trahiraient des personnes.',
    safe: notSent,
    act: 'Gardez la diffusion déjà publiée.',
  },
  'paper-code-wrong': {
    what: 'Ce code ne se lit pas : une lettre est fausse ou manque.',
    safe: notSent,
    act: 'Relisez le papier lettre par lettre. Il n’y a ni I, ni L, ni O, ni U.',
  },
  'paper-code-unknown': {
    what: 'Aucune observation de ce serveur n’a ce code.',
    safe: notSent,
    act: 'Elle est déjà effacée, ou sa tablette ne l’a pas encore envoyée : vérifiez la campagne, faites envoyer les tablettes, puis cherchez de nouveau.',
  },
  'reason-missing': {
    what: 'La raison manque.',
    safe: notSent,
    act: 'Écrivez pourquoi, en 10 caractères au moins.',
  },
};
