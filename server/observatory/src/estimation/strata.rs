//! Sectors nobody walked, from those walked in their stratum.

use super::{Assumption, Estimate, Refusal, Z_95};

/// Fewest walked sectors of a stratum that was not wholly walked: below, the spread has one degree of
/// freedom or none, and an interval at 95 % would reach twelve standard errors.
const LEAST_WALKED: u32 = 3;

/// Sectors of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Sectors there are.
    pub sectors: u32,
    /// People counted in each sector that was walked.
    pub counted: Vec<u32>,
}

/// What expansion assumes.
pub const EXPANSION_ASSUMPTIONS: [Assumption; 1] = [Assumption::WalkedAtRandom];

/// People in all sectors.
///
/// # Formula
/// T = Σ N·ȳ; Var = Σ N²·(1 − n/N)·s²/n. The interval is T ± t·se, never below the people counted, t
/// with (Σ g·s²)² / Σ (g²·s⁴/(n−1)) degrees of freedom, g = N·(N−n)/n. Where all walked sectors count
/// alike, s² is that of one person more in one of them, 1/n: nobody in three sectors is not nobody in
/// fifty.
///
/// # Errors
/// When a stratum that was not wholly walked has fewer than three walked sectors, or more were walked
/// than there are.
///
/// # Source
/// Cochran (1977), Sampling Techniques, 3rd ed., sections 5.3 and 5.4 (Satterthwaite's degrees of
/// freedom).
pub fn expansion(strata: &[Stratum]) -> Result<Estimate, Refusal> {
    let (mut total, mut variance, mut seen) = (0.0, 0.0, 0.0);
    let mut shares = 0.0;
    for (place, stratum) in strata.iter().enumerate() {
        let (all, walked) = (f64::from(stratum.sectors), stratum.counted.len() as f64);
        if walked > all {
            return Err(Refusal::Contradictory);
        }
        let sum: f64 = stratum.counted.iter().map(|n| f64::from(*n)).sum();
        seen += sum;
        if walked >= all {
            total += sum;
            continue;
        }
        if stratum.counted.len() < LEAST_WALKED as usize {
            return Err(Refusal::TooFewWalked {
                stratum: place + 1,
                walked: stratum.counted.len() as u32,
                needed: LEAST_WALKED,
            });
        }
        let mean = sum / walked;
        let squares = stratum
            .counted
            .iter()
            .map(|n| (f64::from(*n) - mean).powi(2));
        let spread = (squares.sum::<f64>() / (walked - 1.0)).max(1.0 / walked);
        total += all * mean;
        let own = all * all * (1.0 - walked / all) * spread / walked;
        variance += own;
        shares += own * own / (walked - 1.0);
    }
    let half = if variance > 0.0 {
        t_95(variance * variance / shares) * f64::sqrt(variance)
    } else {
        0.0
    };
    Ok(Estimate {
        people: total,
        standard_error: f64::sqrt(variance),
        low: (total - half).max(seen),
        high: total + half,
    })
}

/// Two-sided 95 % of Student's t, from two degrees of freedom on; within 1 % of the exact value.
///
/// # Source
/// Abramowitz & Stegun (1964), 26.7.5.
fn t_95(freedom: f64) -> f64 {
    let z = Z_95;
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1_482.0 * z.powi(5)
            - 1_920.0 * z.powi(3)
            - 945.0 * z)
            / 92_160.0,
    ];
    let sum = terms
        .iter()
        .rev()
        .fold(0.0, |sum, term| (sum + term) / freedom);
    z + sum
}

#[cfg(test)]
mod tests {
    use super::t_95;

    #[test]
    fn the_quantile_is_students() {
        for (freedom, exact) in [
            (2.0, 4.303),
            (3.0, 3.182),
            (5.0, 2.571),
            (9.0, 2.262),
            (30.0, 2.042),
        ] {
            let found = t_95(freedom);
            assert!((found / exact - 1.0).abs() < 0.01, "{freedom}: {found}");
        }
    }
}
