//! A key of 32 bytes as 24 words for paper (BIP-39, English list), the last of which checks the others.

use super::seal::Key32;
use zeroize::Zeroizing;

/// The 24 words of a key.
pub fn words_of(key: &Key32) -> Zeroizing<String> {
    let words = bip39::Mnemonic::from_entropy(&**key)
        .map(|mnemonic| mnemonic.to_string())
        .unwrap_or_default();
    Zeroizing::new(words)
}

/// The key of 24 words, in any case and spacing; the numbers of lines that were printed before them
/// are passed over.
pub fn key_of_words(text: &str) -> Option<Key32> {
    let words = text.split_whitespace();
    let words = words.filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()));
    let words: Vec<&str> = words.collect();
    let words = Zeroizing::new(words.join(" ").to_lowercase());
    let mnemonic: bip39::Mnemonic = words.parse().ok()?;
    let entropy = Zeroizing::new(mnemonic.to_entropy());
    Some(Zeroizing::new(entropy.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_however_they_were_typed_and_none_of_them_may_be_another() {
        let key = Zeroizing::new([7; 32]);
        let words = words_of(&key);
        let list: Vec<&str> = words.split(' ').collect();
        assert_eq!(list.len(), 24);
        let lines: Vec<String> = list.chunks(6).map(|line| line.join("  ")).collect();
        let printed = format!(
            " 1. {}\n13. {}\n",
            lines[..2].join(" "),
            lines[2..].join(" ")
        );
        assert_eq!(key_of_words(&printed.to_uppercase()), Some(key));
        let mut typed = list.clone();
        typed.swap(0, 23);
        assert_eq!(key_of_words(&typed.join(" ")), None);
        assert_eq!(key_of_words(&list[..23].join(" ")), None);
        assert_eq!(key_of_words(""), None);
    }
}
