//! Bytes as text and back: base64 (RFC 4648 sections 4 and 5), base32 and hexadecimal.
//!
//! Written here because the tablet's core must stay small: the general crate weighs ten times
//! this.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bits packed into characters of an alphabet of 2^`width` letters.
fn packed(bytes: &[u8], alphabet: &[u8], width: u32) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / width as usize + 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= width {
            bits -= width;
            text.push(letter(alphabet, held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        text.push(letter(alphabet, held << (width - bits)));
    }
    text
}

fn letter(alphabet: &[u8], value: u32) -> char {
    char::from(alphabet[value as usize % alphabet.len()])
}

/// Base64 with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut text = packed(bytes, BASE64, 6);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Base32 without padding.
pub(super) fn to_base32(bytes: &[u8]) -> String {
    packed(bytes, BASE32, 5)
}

/// Lower-case hexadecimal.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    packed(bytes, HEX, 4)
}

/// Bytes from base64 in either alphabet, padded or not.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    if text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    (held == 0).then_some(bytes)
}

/// Exactly so many bytes from base64.
pub(super) fn array_from_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_read_both_ways() {
        // RFC 4648 section 10.
        for (plain, base64, base32, hex) in [
            ("", "", "", ""),
            ("f", "Zg==", "MY", "66"),
            ("fo", "Zm8=", "MZXQ", "666f"),
            ("foo", "Zm9v", "MZXW6", "666f6f"),
            ("foob", "Zm9vYg==", "MZXW6YQ", "666f6f62"),
            ("fooba", "Zm9vYmE=", "MZXW6YTB", "666f6f6261"),
            ("foobar", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172"),
        ] {
            let bytes = plain.as_bytes();
            assert_eq!(to_base64(bytes), base64);
            assert_eq!(to_base32(bytes), base32);
            assert_eq!(to_hex(bytes), hex);
            assert_eq!(from_base64(base64).as_deref(), Some(bytes));
            assert_eq!(
                from_base64(base64.trim_end_matches('=')).as_deref(),
                Some(bytes)
            );
        }
        assert_eq!(from_base64("-_-_"), from_base64("+/+/"));
        for wrong in ["A", "Zh==", "Z*==", "Zm9v\u{e9}"] {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }
}
