//! What a tablet signs to come in, and how a typed code is read: alike on tablet and server.

use crate::model::DeviceId;

/// Crockford's base32: no I, L, O, U, which are misread or misheard.
pub const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code that is typed: 60 bits.
pub const CODE_LENGTH: usize = 12;

/// Characters of the secret in an enrolment link: 128 bits.
pub const LINK_SECRET_LENGTH: usize = 26;

/// A code as both sides compare it: upper case, without separators, O read as 0, I and L as 1.
///
/// None when it has another length or holds another character.
pub fn normalise_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '_' | '·'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let known = code.bytes().all(|c| CODE_ALPHABET.contains(&c));
    let length = matches!(code.len(), CODE_LENGTH | LINK_SECRET_LENGTH);
    (known && length).then_some(code)
}

/// What a tablet signs to enrol: `maraude/enrol/1` ‖ the normalised code.
pub fn enrol_signed_bytes(normalised_code: &str) -> Vec<u8> {
    [b"maraude/enrol/1", normalised_code.as_bytes()].concat()
}

/// What a tablet signs to open a session: `maraude/session/1` ‖ device ‖ nonce.
pub fn session_signed_bytes(device: DeviceId, nonce: &[u8; 32]) -> Vec<u8> {
    [b"maraude/session/1".as_slice(), device.as_bytes(), nonce].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_alike_however_it_is_typed() {
        let check = |typed: &str, expected: Option<&str>| {
            assert_eq!(normalise_code(typed).as_deref(), expected, "{typed}");
        };
        check("k7m2-9xqp-04rt", Some("K7M29XQP04RT"));
        check(" K7M2 9XQP O4RT ", Some("K7M29XQP04RT"));
        check("KLM2-9XQP-I4RT", Some("K1M29XQP14RT"));
        check("K7M2-9XQP-04R", None);
        check("K7M2-9XQP-04RU", None);
        check("", None);
    }
}
