//! CRC-32 (ISO 3309, as in zip): tells damage, never tampering. The frames of files use it.
//!
//! One table of 1 KiB: the sixteen of a faster one would weigh on every start of the tablet.

const POLYNOMIAL: u32 = 0xedb8_8320;

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            let carry = crc & 1;
            crc = (crc >> 1) ^ (POLYNOMIAL * carry);
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// The checksum of what `sum` is the checksum of, followed by `bytes`.
pub(super) fn continued(sum: u32, bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| (crc >> 8) ^ TABLE[(crc as u8 ^ byte) as usize];
    !bytes.iter().fold(!sum, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(continued(0, b"123456789"), 0xcbf4_3926);
        for length in 0..200_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(89) ^ 0x5a).collect();
            let mut known = crc32fast::Hasher::new_with_initial(0x4d52_4155);
            known.update(&bytes);
            assert_eq!(continued(0x4d52_4155, &bytes), known.finalize());
        }
    }
}
