//! Numbers with decimals from text.
//!
//! Written here because the tablet's core must stay small: the standard library reads any number of
//! digits right by a table that weighs more than the vault. This reads back exactly what `Display`
//! wrote, and anything of at most 15 digits; of longer texts by others the last digit may differ by one.

/// Whole numbers up to here are exact in an `f64`.
const EXACT: u64 = 1 << 53;
/// Powers of ten up to here are exact in an `f64`.
const EXACT_POWER: u32 = 22;
/// Beyond this power every number is 0 or infinite.
const LAST_POWER: u32 = 800;
/// More digits than this say nothing more.
const MOST_SIGNIFICAND: u64 = 1_000_000_000_000_000_000;

/// Reads a decimal number, with or without sign, point and exponent; none where it is no number.
pub fn read_decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, power) = match unsigned.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (mut significand, mut power, mut seen): (u64, i32, bool) = (0, power, false);
    let all = whole.bytes().map(|byte| (byte, 0));
    for (byte, behind) in all.chain(fraction.bytes().map(|byte| (byte, 1))) {
        let digit = char::from(byte).to_digit(10)?;
        seen = true;
        if significand < MOST_SIGNIFICAND {
            significand = significand * 10 + u64::from(digit);
            power = power.saturating_sub(behind);
        } else {
            power = power.saturating_add(1 - behind);
        }
    }
    let about = scaled(significand as f64, power);
    let exact = significand <= EXACT && power.unsigned_abs() <= EXACT_POWER;
    let value = if exact {
        about
    } else {
        let near = [
            about,
            about.next_up(),
            about.next_down(),
            about.next_up().next_up(),
            about.next_down().next_down(),
        ];
        let wrote = |value: &f64| value.to_string() == unsigned;
        near.into_iter().find(wrote).unwrap_or(about)
    };
    seen.then_some(if text.starts_with('-') { -value } else { value })
}

/// In steps that are exact themselves, so that each rounds once.
fn scaled(mut value: f64, power: i32) -> f64 {
    let mut left = power.unsigned_abs().min(LAST_POWER);
    while left > 0 {
        let step = left.min(EXACT_POWER);
        let ten = (0..step).fold(1.0, |ten, _| ten * 10.0);
        value = if power < 0 { value / ten } else { value * ten };
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read_back_bit_for_bit(
            degrees in -180.0_f64..180.0,
            metres in 0.0_f64..1e6,
            tiny in -1e-9_f64..1e-9,
            any in proptest::num::f64::NORMAL,
        ) {
            for value in [degrees, metres, tiny, (degrees * 1e7).round() / 1e7] {
                let read = read_decimal(&value.to_string());
                prop_assert_eq!(read.map(f64::to_bits), Some(value.to_bits()), "{}", value);
            }
            // Far beyond what anybody writes: near enough.
            let read = read_decimal(&any.to_string()).unwrap();
            prop_assert!((read - any).abs() <= any.abs() * 1e-12, "{} {}", read, any);
        }

        #[test]
        fn what_people_type_is_what_the_standard_library_reads(
            text in "[+-]?[0-9]{1,8}(\\.[0-9]{0,7})?(e[+-]?[0-9])?|\\.[0-9]{1,7}",
        ) {
            prop_assert_eq!(read_decimal(&text), text.parse().ok(), "{}", text);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", ".", "e5", "1e", "1,5", "1 2", "1.2.3", "--1", "0x1", "nan", "inf", "١",
            "1e5.5",
        ] {
            assert_eq!(read_decimal(text), None, "{text}");
        }
        assert_eq!(read_decimal("-0"), Some(-0.0));
        assert_eq!(read_decimal("1e999"), Some(f64::INFINITY));
        assert_eq!(read_decimal("1e-999"), Some(0.0));
        assert_eq!(read_decimal("007.50"), Some(7.5));
    }
}
