//! Two groups side by side: how much better than chance their members fit, and who is who.
//!
//! # Formula
//! With e(i,j) the odds of members i and j, the smaller group's n members go to different ones of
//! the larger's m: Z = Σ over injections of Π e / (m!/(m−n)!), and P(i is j) is the share of Z of
//! the injections that send i to j. Exact up to [`EXACT`] members, greedy beyond.

/// Largest group whose injections are all summed.
const EXACT: usize = 9;
/// Bits that members together may add or take when not all injections were summed.
const GREEDY_CAP_BITS: f64 = 6.0;

/// How two groups fit.
pub(crate) struct Fit {
    /// log2 Z.
    pub bits: f64,
    /// The likeliest injection: member of the first, of the second, probability given that the
    /// groups are one.
    pub aligned: Vec<(usize, usize, f64)>,
}

/// Fits two groups; `bits[i][j]` is the evidence of member i of the first and j of the second.
pub(crate) fn fit(bits: &[Vec<f64>]) -> Fit {
    let (n, m) = (bits.len(), bits.first().map_or(0, Vec::len));
    if n > m {
        let turned: Vec<Vec<f64>> = (0..m)
            .map(|j| bits.iter().map(|row| row[j]).collect())
            .collect();
        let mut found = fit(&turned);
        found.aligned = found
            .aligned
            .into_iter()
            .map(|(j, i, p)| (i, j, p))
            .collect();
        found.aligned.sort_by_key(|(i, j, _)| (*i, *j));
        return found;
    }
    if m > EXACT { greedy(bits) } else { exact(bits) }
}

fn exact(bits: &[Vec<f64>]) -> Fit {
    let (n, m) = (bits.len(), bits[0].len());
    let odds: Vec<Vec<f64>> = bits
        .iter()
        .map(|row| row.iter().map(|bits| bits.exp2()).collect())
        .collect();
    let masks = 1_usize << m;
    // ahead[i][mask]: members before i sit on `mask`; behind[i][mask]: those from i on can be seated.
    let mut ahead = vec![vec![0.0; masks]; n + 1];
    let mut behind = vec![vec![0.0; masks]; n + 1];
    let mut best = vec![vec![(0.0_f64, usize::MAX); masks]; n + 1];
    ahead[0][0] = 1.0;
    for i in 0..n {
        for mask in 0..masks {
            if mask.count_ones() as usize != i || ahead[i][mask] <= 0.0 {
                continue;
            }
            for j in (0..m).filter(|j| mask & (1 << j) == 0) {
                ahead[i + 1][mask | 1 << j] += ahead[i][mask] * odds[i][j];
            }
        }
    }
    behind[n].fill(1.0);
    best[n].fill((1.0, usize::MAX));
    for i in (0..n).rev() {
        for mask in 0..masks {
            if mask.count_ones() as usize != i {
                continue;
            }
            for j in (0..m).filter(|j| mask & (1 << j) == 0) {
                behind[i][mask] += odds[i][j] * behind[i + 1][mask | 1 << j];
                let value = odds[i][j] * best[i + 1][mask | 1 << j].0;
                if value > best[i][mask].0 {
                    best[i][mask] = (value, j);
                }
            }
        }
    }
    let all = behind[0][0];
    let ways: f64 = (0..n).map(|i| (m - i) as f64).product();
    let mut aligned = Vec::with_capacity(n);
    let mut mask = 0;
    for i in 0..n {
        let j = best[i][mask].1;
        let share: f64 = (0..masks)
            .filter(|mask| mask.count_ones() as usize == i && mask & (1 << j) == 0)
            .map(|mask| ahead[i][mask] * odds[i][j] * behind[i + 1][mask | 1 << j])
            .sum();
        aligned.push((i, j, (share / all).min(1.0)));
        mask |= 1 << j;
    }
    Fit {
        bits: (all / ways).log2(),
        aligned,
    }
}

fn greedy(bits: &[Vec<f64>]) -> Fit {
    let mut order: Vec<(usize, usize)> = (0..bits.len())
        .flat_map(|i| (0..bits[i].len()).map(move |j| (i, j)))
        .collect();
    order.sort_by(|a, b| bits[b.0][b.1].total_cmp(&bits[a.0][a.1]).then(a.cmp(b)));
    let mut free = vec![true; bits[0].len()];
    let mut seat = vec![None; bits.len()];
    for (i, j) in order {
        if seat[i].is_none() && free[j] {
            seat[i] = Some(j);
            free[j] = false;
        }
    }
    let mut sum = 0.0;
    let aligned = seat
        .into_iter()
        .enumerate()
        .filter_map(|(i, j)| Some((i, j?)))
        .map(|(i, j)| {
            let row: f64 = bits[i].iter().map(|bits| bits.exp2()).sum();
            sum += (row / bits[i].len() as f64).log2();
            (i, j, bits[i][j].exp2() / row)
        })
        .collect();
    Fit {
        bits: sum.clamp(-GREEDY_CAP_BITS, GREEDY_CAP_BITS),
        aligned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bits: &[&[f64]], all: f64, aligned: &[(usize, usize, f64)]) {
        let bits: Vec<Vec<f64>> = bits.iter().map(|row| row.to_vec()).collect();
        let found = fit(&bits);
        assert!((found.bits - all).abs() < 1e-9, "{}", found.bits);
        for (found, expected) in found.aligned.iter().zip(aligned) {
            assert_eq!((found.0, found.1), (expected.0, expected.1));
            assert!((found.2 - expected.2).abs() < 1e-9, "{}", found.2);
        }
    }

    #[test]
    fn members_who_cannot_be_told_apart_share() {
        check(
            &[&[0.0, 0.0], &[0.0, 0.0]],
            0.0,
            &[(0, 0, 0.5), (1, 1, 0.5)],
        );
    }

    #[test]
    fn who_fits_goes_with_whom() {
        // (2·8 + 1·1) / 2 injections.
        check(
            &[&[0.0, 1.0], &[3.0, 0.0]],
            8.5_f64.log2(),
            &[(0, 1, 16.0 / 17.0), (1, 0, 16.0 / 17.0)],
        );
    }

    #[test]
    fn a_smaller_group_goes_into_a_larger_one_either_way_round() {
        check(&[&[1.0, 0.0, 0.0]], (4.0_f64 / 3.0).log2(), &[(0, 0, 0.5)]);
        check(
            &[&[1.0], &[0.0], &[0.0]],
            (4.0_f64 / 3.0).log2(),
            &[(0, 0, 0.5)],
        );
    }
}
