//! Four words that two screens show and two people compare: of a list made for it, in French and in
//! English side by side, so that the two languages may be compared as well.
//!
//! The words prove that both sides mean the same keys. They carry 32 bits: enough against a mistake
//! or somebody else's tablet, not a protection by themselves against who may choose keys at leisure.

use crate::model::{CampaignId, DeviceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Four words in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FourWords {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

/// What a tablet and the console show once it is enrolled: of `maraude/words/enrol/1` ‖ campaign ‖
/// server's key ‖ tablet's key, the first four bytes of SHA-256.
pub fn enrolment_words(
    campaign: CampaignId,
    server_key: &[u8; 32],
    device_key: &[u8; 32],
) -> FourWords {
    words_of(&[
        b"maraude/words/enrol/1",
        campaign.as_bytes(),
        server_key,
        device_key,
    ])
}

/// What a tablet whose PIN is forgotten and the console show: of `maraude/words/reset/1` ‖ campaign ‖
/// server's key ‖ tablet ‖ the key it asks with.
pub fn reset_words(
    campaign: CampaignId,
    server_key: &[u8; 32],
    device: DeviceId,
    asks_with: &[u8; 32],
) -> FourWords {
    words_of(&[
        b"maraude/words/reset/1",
        campaign.as_bytes(),
        server_key,
        device.as_bytes(),
        asks_with,
    ])
}

/// What both tablets show of a round that passes from one to the other: of `maraude/words/handover/1`
/// ‖ SHA-256 of the pack ‖ the key it is sealed to ‖ the key of the tablet that gives.
pub fn handover_words(pack: &[u8; 32], to: &[u8; 32], from: &[u8; 32]) -> FourWords {
    words_of(&[b"maraude/words/handover/1", pack, to, from])
}

fn words_of(parts: &[&[u8]]) -> FourWords {
    let hash = Sha256::digest(parts.concat());
    let chosen = || hash[..4].iter().map(|byte| WORDS[usize::from(*byte)]);
    let line = |words: Vec<&str>| words.join(" ");
    FourWords {
        fr: line(chosen().map(|(fr, _)| fr).collect()),
        en: line(chosen().map(|(_, en)| en).collect()),
    }
}

/// French and English, in an order that may never change.
#[rustfmt::skip]
const WORDS: [(&str, &str); 256] = [
    ("abeille", "bee"), ("agneau", "lamb"), ("aigle", "eagle"), ("aiguille", "needle"),
    ("ail", "garlic"), ("algue", "seaweed"), ("ami", "friend"), ("ampoule", "bulb"),
    ("ancre", "anchor"), ("âne", "donkey"), ("anneau", "ring"), ("arbre", "tree"),
    ("arc", "bow"), ("argile", "clay"), ("armoire", "wardrobe"), ("assiette", "plate"),
    ("aube", "dawn"), ("automne", "autumn"), ("avion", "plane"), ("avocat", "avocado"),
    ("bague", "jewel"), ("balai", "broom"), ("balcon", "balcony"), ("baleine", "whale"),
    ("ballon", "ball"), ("banane", "banana"), ("banc", "bench"), ("barbe", "beard"),
    ("barque", "boat"), ("bateau", "ship"), ("bâton", "stick"), ("berceau", "cradle"),
    ("beurre", "butter"), ("bijou", "gem"), ("biche", "doe"), ("bison", "bison"),
    ("blé", "wheat"), ("bleuet", "bluebell"), ("bois", "wood"), ("bol", "bowl"),
    ("bonbon", "candy"), ("bonnet", "cap"), ("botte", "boot"), ("bouche", "mouth"),
    ("bougie", "candle"), ("boule", "sphere"), ("boussole", "compass"), ("bouteille", "bottle"),
    ("bouton", "button"), ("branche", "branch"), ("bras", "arm"), ("brebis", "ewe"),
    ("brique", "brick"), ("brise", "breeze"), ("brosse", "brush"), ("brouette", "barrow"),
    ("bruit", "noise"), ("brume", "mist"), ("cabane", "hut"), ("cactus", "cactus"),
    ("cadeau", "gift"), ("cadran", "dial"), ("café", "coffee"), ("cage", "cage"),
    ("caillou", "pebble"), ("camion", "truck"), ("canard", "duck"), ("canne", "cane"),
    ("canoë", "canoe"), ("carotte", "carrot"), ("carte", "map"), ("casque", "helmet"),
    ("castor", "beaver"), ("cave", "cellar"), ("cerf", "stag"), ("cerise", "cherry"),
    ("chaise", "chair"), ("chameau", "camel"), ("chanson", "song"), ("chapeau", "hat"),
    ("charbon", "coal"), ("chat", "cat"), ("château", "castle"), ("chaton", "kitten"),
    ("cheval", "horse"), ("chèvre", "goat"), ("chien", "dog"), ("chocolat", "chocolate"),
    ("chou", "cabbage"), ("ciel", "sky"), ("cigale", "cicada"), ("cigogne", "stork"),
    ("cintre", "hanger"), ("citron", "lemon"), ("clef", "key"), ("cloche", "bell"),
    ("clou", "nail"), ("cochon", "pig"), ("coffre", "trunk"), ("colline", "hill"),
    ("collier", "necklace"), ("colombe", "dove"), ("coq", "rooster"), ("coquille", "shell"),
    ("corbeau", "raven"), ("corde", "rope"), ("coton", "cotton"), ("coude", "elbow"),
    ("couronne", "crown"), ("couteau", "knife"), ("crabe", "crab"), ("craie", "chalk"),
    ("crayon", "pencil"), ("crêpe", "pancake"), ("cuillère", "spoon"), ("cuivre", "copper"),
    ("cygne", "swan"), ("dauphin", "dolphin"), ("dent", "tooth"), ("dé", "dice"),
    ("désert", "desert"), ("diamant", "diamond"), ("dinde", "turkey"), ("doigt", "finger"),
    ("dragon", "dragon"), ("drapeau", "flag"), ("eau", "water"), ("écaille", "scale"),
    ("échelle", "ladder"), ("éclair", "flash"), ("école", "school"), ("écureuil", "squirrel"),
    ("éléphant", "elephant"), ("encre", "ink"), ("épée", "sword"), ("épice", "spice"),
    ("éponge", "sponge"), ("escargot", "snail"), ("étoile", "star"), ("fagot", "bundle"),
    ("faucon", "falcon"), ("fenêtre", "window"), ("fer", "iron"), ("ferme", "farm"),
    ("feu", "fire"), ("feuille", "leaf"), ("ficelle", "string"), ("figue", "fig"),
    ("fil", "thread"), ("flamme", "flame"), ("flèche", "arrow"), ("fleur", "flower"),
    ("fleuve", "river"), ("flûte", "flute"), ("foin", "hay"), ("fontaine", "fountain"),
    ("forêt", "forest"), ("fourmi", "ant"), ("fraise", "berry"), ("fromage", "cheese"),
    ("fruit", "fruit"), ("fumée", "smoke"), ("fusée", "rocket"), ("gant", "glove"),
    ("gare", "station"), ("gâteau", "cake"), ("genou", "knee"), ("girafe", "giraffe"),
    ("glace", "ice"), ("gland", "acorn"), ("globe", "globe"), ("gomme", "rubber"),
    ("gorge", "throat"), ("goutte", "drop"), ("grain", "grain"), ("grange", "barn"),
    ("grenier", "attic"), ("crapaud", "toad"), ("grotte", "cave"), ("guitare", "guitar"),
    ("hache", "axe"), ("hamac", "hammock"), ("haricot", "bean"), ("herbe", "grass"),
    ("hérisson", "hedgehog"), ("héron", "heron"), ("hibou", "owl"), ("hiver", "winter"),
    ("horloge", "clock"), ("houx", "holly"), ("huile", "oil"), ("huître", "oyster"),
    ("île", "island"), ("image", "picture"), ("ivoire", "ivory"), ("jambe", "leg"),
    ("jardin", "garden"), ("jasmin", "jasmine"), ("jeton", "token"), ("jouet", "toy"),
    ("journal", "newspaper"), ("jupe", "skirt"), ("kiwi", "kiwi"), ("lac", "lake"),
    ("laine", "wool"), ("lait", "milk"), ("lampe", "lamp"), ("lapin", "rabbit"),
    ("lavande", "lavender"), ("levure", "yeast"), ("lézard", "lizard"), ("lierre", "ivy"),
    ("lièvre", "hare"), ("lion", "lion"), ("lit", "bed"), ("livre", "book"),
    ("loup", "wolf"), ("loutre", "otter"), ("lune", "moon"), ("lutin", "elf"),
    ("main", "hand"), ("maïs", "corn"), ("maison", "house"), ("manteau", "coat"),
    ("marché", "market"), ("marteau", "hammer"), ("masque", "mask"), ("melon", "melon"),
    ("menthe", "mint"), ("mer", "sea"), ("miel", "honey"), ("miroir", "mirror"),
    ("montagne", "mountain"), ("mouche", "fly"), ("moulin", "mill"), ("mouton", "sheep"),
    ("mur", "wall"), ("navet", "turnip"), ("neige", "snow"), ("nid", "nest"),
    ("noix", "walnut"), ("nuage", "cloud"), ("oie", "goose"), ("oignon", "onion"),
    ("olive", "olive"), ("orage", "storm"), ("orange", "orange"), ("ours", "bear"),
    ("pain", "bread"), ("panier", "basket"), ("pêche", "peach"), ("peigne", "comb"),
    ("phare", "beacon"), ("piano", "piano"), ("pierre", "stone"), ("plume", "feather"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_word_stands_twice_and_each_is_short_and_plain() {
        let french: BTreeSet<&str> = WORDS.iter().map(|(fr, _)| *fr).collect();
        let english: BTreeSet<&str> = WORDS.iter().map(|(_, en)| *en).collect();
        assert_eq!((french.len(), english.len()), (256, 256));
        for word in french.iter().chain(&english) {
            let letters = word.chars().count();
            assert!((2..=9).contains(&letters), "{word}");
            assert!(word.chars().all(char::is_lowercase), "{word}");
        }
    }

    #[test]
    fn another_key_on_either_side_gives_other_words() {
        let campaign = CampaignId::from_random([1; 16]);
        let words = enrolment_words(campaign, &[2; 32], &[3; 32]);
        assert_eq!(words, enrolment_words(campaign, &[2; 32], &[3; 32]));
        assert_ne!(words, enrolment_words(campaign, &[4; 32], &[3; 32]));
        assert_ne!(words, enrolment_words(campaign, &[2; 32], &[4; 32]));
        assert_eq!(words.fr.split(' ').count(), 4);
        let device = DeviceId::from_random([5; 16]);
        assert_ne!(
            reset_words(campaign, &[2; 32], device, &[6; 32]),
            reset_words(campaign, &[2; 32], device, &[7; 32])
        );
    }

    #[test]
    fn the_list_is_the_one_of_every_version() {
        let pairs: Vec<String> = WORDS.iter().map(|(fr, en)| format!("{fr}/{en} ")).collect();
        let all = pairs.concat();
        let hash = Sha256::digest(all.as_bytes());
        assert_eq!(
            hash[..4],
            [55, 225, 115, 164],
            "words already shown would change"
        );
    }
}
