//! Sectors nobody walked, from those walked in their stratum.

use super::{Assumption, Estimate, Refusal, Z_95};

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
/// T = Σ N·ȳ; Var = Σ N²·(1 − n/N)·s²/n. The interval is normal, never below the people counted.
///
/// # Errors
/// When a stratum that was not wholly walked has fewer than two walked sectors, or more were walked
/// than there are.
///
/// # Source
/// Cochran (1977), Sampling Techniques, 3rd ed., section 5.3.
pub fn expansion(strata: &[Stratum]) -> Result<Estimate, Refusal> {
    let (mut total, mut variance, mut seen) = (0.0, 0.0, 0.0);
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
        if stratum.counted.len() < 2 {
            return Err(Refusal::TooFewWalked(place + 1));
        }
        let mean = sum / walked;
        let squares = stratum
            .counted
            .iter()
            .map(|n| (f64::from(*n) - mean).powi(2));
        let spread = squares.sum::<f64>() / (walked - 1.0);
        total += all * mean;
        variance += all * all * (1.0 - walked / all) * spread / walked;
    }
    let half = Z_95 * f64::sqrt(variance);
    Ok(Estimate {
        people: total,
        standard_error: f64::sqrt(variance),
        low: (total - half).max(seen),
        high: total + half,
    })
}
