//! What a tablet signs to come in, and how a typed code is read: alike on tablet and server.

use crate::model::{CampaignId, DeviceId};
use sha2::{Digest, Sha256};

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

/// What stands before the code in an enrolment link; the server never sees what follows.
const LINK_MARK: &str = "#enrol=";

/// Characters of a server's mark in a link: 100 bits.
const MARK_LENGTH: usize = 20;

/// What binds a link to a campaign and its server, so that a tablet refuses any other: 20 letters of
/// SHA-256 over `maraude/enrol-server/1` ‖ campaign ‖ server's key, five bits of each byte.
pub fn server_mark(campaign: CampaignId, server_key: &[u8; 32]) -> String {
    let domain = b"maraude/enrol-server/1".as_slice();
    let hash = Sha256::digest([domain, campaign.as_bytes(), server_key].concat());
    let letters = hash.iter().take(MARK_LENGTH);
    letters
        .map(|byte| char::from(CODE_ALPHABET[usize::from(byte & 31)]))
        .collect()
}

/// What follows `PUBLIC-URL/` in an enrolment link.
pub fn link_fragment(secret: &str, campaign: CampaignId, server_key: &[u8; 32]) -> String {
    format!(
        "{LINK_MARK}{secret}&server={}",
        server_mark(campaign, server_key)
    )
}

/// A typed code or a whole link: the normalised code, and the server's mark where the link has one.
pub fn read_enrolment(text: &str) -> Option<(String, Option<String>)> {
    let text = text.rsplit_once(LINK_MARK).map_or(text, |(_, rest)| rest);
    let (code, rest) = text.split_once('&').unwrap_or((text, ""));
    let mark = rest
        .split('&')
        .find_map(|part| part.strip_prefix("server="))
        .map(|mark| mark.trim().to_ascii_uppercase());
    Some((normalise_code(code)?, mark))
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
    fn a_link_holds_its_code_and_the_mark_of_its_server() {
        let campaign = CampaignId::from_random([1; 16]);
        let link = link_fragment("K7M29XQP04RT", campaign, &[2; 32]);
        let (code, mark) = read_enrolment(&format!("https://example.org/{link}")).unwrap();
        assert_eq!(code, "K7M29XQP04RT");
        assert_eq!(mark, Some(server_mark(campaign, &[2; 32])));
        assert_ne!(mark, Some(server_mark(campaign, &[3; 32])));
        let other = CampaignId::from_random([4; 16]);
        assert_ne!(mark, Some(server_mark(other, &[2; 32])));
        assert_eq!(
            read_enrolment("k7m2-9xqp-04rt"),
            Some(("K7M29XQP04RT".into(), None))
        );
        assert_eq!(read_enrolment("https://example.org/#enrol=&server=A"), None);
    }

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
