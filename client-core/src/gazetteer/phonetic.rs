//! How a French word sounds, roughly: words that sound alike have one key.

/// Letters read in one go, and what they sound like, longest first.
const SOUNDS: &[(&str, &str)] = &[
    ("eau", "o"),
    ("au", "o"),
    ("oeu", "e"),
    ("eu", "e"),
    ("aie", "5"),
    ("aye", "5"),
    ("ay", "5"),
    ("ai", "5"),
    ("ein", "1"),
    ("ain", "1"),
    ("aim", "1"),
    ("oin", "w1"),
    ("ien", "i1"),
    ("ey", "5"),
    ("ei", "5"),
    ("er", "er"),
    ("ez", "e"),
    ("ille", "ie"),
    ("ill", "i"),
    ("ph", "f"),
    ("sch", "s"),
    ("ch", "7"),
    ("gn", "ni"),
    ("qu", "k"),
    ("gu", "g"),
    ("ck", "k"),
    ("cc", "k"),
    ("c", "k"),
    ("q", "k"),
    ("oy", "wa"),
    ("oi", "wa"),
    ("ou", "u"),
    ("oo", "u"),
    ("x", "s"),
    ("z", "s"),
    ("y", "i"),
    ("w", "v"),
    ("h", ""),
];

/// A key that words which sound alike share; empty for a word of digits.
pub fn key(word: &str) -> String {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return String::new();
    }
    let mut sounds = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        if let Some((read, sound)) = nasal(rest).or_else(|| soft(rest)) {
            sounds.push(sound);
            rest = &rest[read..];
            continue;
        }
        let known = SOUNDS.iter().find(|(letters, _)| rest.starts_with(letters));
        if let Some((letters, sound)) = known {
            sounds.push_str(sound);
            rest = &rest[letters.len()..];
        } else {
            sounds.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    without_silent_end(&without_doubles(&sounds))
}

/// `an`, `en`, `in`, `on`, `un` and those with m before b or p, when no vowel or second n follows.
fn nasal(rest: &str) -> Option<(usize, char)> {
    let bytes = rest.as_bytes();
    let (vowel, consonant) = (*bytes.first()?, *bytes.get(1)?);
    let next = bytes.get(2).copied();
    let sound = match vowel {
        b'a' | b'e' => '2',
        b'i' | b'y' | b'u' => '1',
        b'o' => '3',
        _ => return None,
    };
    let closed = match consonant {
        b'n' => next.is_none_or(|c| !b"aeiouyhn".contains(&c)),
        b'm' => next.is_some_and(|c| b"bp".contains(&c)),
        _ => false,
    };
    closed.then_some((2, sound))
}

/// `c` and `g` before e, i or y; the e of `gea`, `geo` is not read.
fn soft(rest: &str) -> Option<(usize, char)> {
    let bytes = rest.as_bytes();
    let before = |at: usize, letters: &[u8]| bytes.get(at).is_some_and(|c| letters.contains(c));
    match bytes.first()? {
        b'c' if before(1, b"eiy") => Some((1, 's')),
        b'g' if before(1, b"e") && before(2, b"ao") => Some((2, 'j')),
        b'g' if before(1, b"eiy") => Some((1, 'j')),
        _ => None,
    }
}

fn without_doubles(sounds: &str) -> String {
    let mut kept = String::with_capacity(sounds.len());
    for c in sounds.chars() {
        if !kept.ends_with(c) {
            kept.push(c);
        }
    }
    kept
}

/// A last e, and a last consonant that is not read.
fn without_silent_end(sounds: &str) -> String {
    let trimmed = sounds.trim_end_matches(['s', 't', 'd', 'p']);
    let trimmed = trimmed.strip_suffix('e').unwrap_or(trimmed);
    if trimmed.len() < 2 {
        return sounds.to_owned();
    }
    trimmed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_sound_alike_share_a_key_and_others_do_not() {
        let alike = [
            ("philippe", "filipe"),
            ("clemenceau", "clemanso"),
            ("jaures", "jores"),
            ("communautes", "comunotes"),
            ("barye", "barie"),
            ("pasteur", "pasteure"),
            ("quatre", "katre"),
            ("gambetta", "ganbeta"),
        ];
        for (a, b) in alike {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        for (a, b) in [("foch", "fos"), ("lattes", "latour"), ("nimes", "niort")] {
            assert_ne!(key(a), key(b), "{a} {b}");
        }
        assert_eq!(key("1918"), "");
    }
}
