//! Poisson regression by iterated weighted least squares, for few parameters.
//!
//! It must never take a coefficient without bounds for a fit. `lists` calls it.

use serde::{Deserialize, Serialize};

/// A fitted regression.
pub(super) struct Glm {
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// Variance of the first coefficient.
    pub first_variance: f64,
    /// Expected counts.
    pub expected: Vec<f64>,
    /// 2 Σ (n ln(n/μ) − n + μ).
    pub deviance: f64,
}

/// Why the data do not hold a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    /// A coefficient runs away: some lists have nobody in common, or everybody.
    RunsAway,
    /// The data cannot tell two coefficients apart.
    Undetermined,
    /// The rounds do not settle.
    Unsettled,
}

/// Most rounds.
const ROUNDS: usize = 100;
/// Relative change of the deviance that no longer counts.
const SETTLED: f64 = 1e-12;
/// Linear predictors are held within this while rounds go on; one that stays there has run away.
const PREDICTOR_RANGE: f64 = 25.0;
/// A coefficient beyond this, the first (the log of a number of people) apart, has run away: odds of
/// 160,000 to one are no property of lists of people. Rounds settle before the predictor's bound
/// where counts are large, so that bound alone is not enough.
const RUNAWAY: f64 = 12.0;

/// Coefficients of a regression whose counts are known by their sums alone, and the variance of the
/// first.
pub(super) struct Sums {
    pub coefficients: Vec<f64>,
    pub first_variance: f64,
}

/// Longest step of a coefficient.
const STEP: f64 = 2.0;
/// A step shorter than this has settled.
const SHORT: f64 = 1e-10;

/// Fits cells of which only Σ n·row is known: all that the likelihood looks at (Newton's method).
///
/// # Errors
/// When the data do not hold the model.
pub(super) fn fit_sums(design: &[Vec<f64>], offset: &[f64], sums: &[f64]) -> Result<Sums, Unfit> {
    let mut coefficients = vec![0.0; sums.len()];
    coefficients[0] = (sums[0] / design.len() as f64).ln();
    for _ in 0..ROUNDS {
        let expected: Vec<f64> = design
            .iter()
            .zip(offset)
            .map(|(row, offset)| {
                (dot(row, &coefficients) + offset)
                    .min(PREDICTOR_RANGE)
                    .exp()
            })
            .collect();
        let ones = vec![1.0; design.len()];
        let (matrix, _) = normal_equations(design, &expected, &ones);
        let inverse = inverted(matrix).ok_or(Unfit::Undetermined)?;
        let of = |column: usize| -> f64 {
            let cells = design.iter().zip(&expected);
            cells.map(|(row, mu)| row[column] * mu).sum()
        };
        let left: Vec<f64> = sums
            .iter()
            .enumerate()
            .map(|(c, sum)| sum - of(c))
            .collect();
        let steps: Vec<f64> = inverse.iter().map(|row| dot(row, &left)).collect();
        let longest = steps
            .iter()
            .fold(0.0_f64, |most, step| most.max(step.abs()));
        if longest < SHORT {
            if coefficients[1..].iter().any(|one| one.abs() >= RUNAWAY) {
                return Err(Unfit::RunsAway);
            }
            let first_variance = inverse[0][0];
            return Ok(Sums {
                coefficients,
                first_variance,
            });
        }
        let kept = (STEP / longest).min(1.0);
        for (coefficient, step) in coefficients.iter_mut().zip(steps) {
            *coefficient += kept * step;
        }
    }
    Err(Unfit::Unsettled)
}

/// Fits counts by the exponential of a linear predictor.
///
/// # Errors
/// When the data do not hold the model.
pub(super) fn fit(design: &[Vec<f64>], counts: &[f64]) -> Result<Glm, Unfit> {
    let mut expected: Vec<f64> = counts.iter().map(|n| n + 0.5).collect();
    let mut deviance = f64::INFINITY;
    for _ in 0..ROUNDS {
        let worked: Vec<f64> = counts
            .iter()
            .zip(&expected)
            .map(|(n, mu)| mu.ln() + (n - mu) / mu)
            .collect();
        let (matrix, right) = normal_equations(design, &expected, &worked);
        let inverse = inverted(matrix).ok_or(Unfit::Undetermined)?;
        let coefficients: Vec<f64> = inverse.iter().map(|row| dot(row, &right)).collect();
        expected = design
            .iter()
            .map(|row| dot(row, &coefficients))
            .map(|predictor| predictor.clamp(-PREDICTOR_RANGE, PREDICTOR_RANGE).exp())
            .collect();
        let now = deviance_of(counts, &expected);
        let settled = (deviance - now).abs() <= SETTLED * (now.abs() + 0.1);
        deviance = now;
        if settled {
            let bounded = |row: &Vec<f64>| dot(row, &coefficients).abs() < PREDICTOR_RANGE;
            let held = coefficients[1..].iter().all(|one| one.abs() < RUNAWAY);
            if !held || !design.iter().all(bounded) {
                return Err(Unfit::RunsAway);
            }
            let (matrix, _) = normal_equations(design, &expected, &worked);
            let first_variance = inverted(matrix).ok_or(Unfit::Undetermined)?[0][0];
            return Ok(Glm {
                coefficients,
                first_variance,
                expected,
                deviance,
            });
        }
    }
    Err(Unfit::Unsettled)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn deviance_of(counts: &[f64], expected: &[f64]) -> f64 {
    let part = |(n, mu): (&f64, &f64)| {
        let log = if *n > 0.0 { n * (n / mu).ln() } else { 0.0 };
        2.0 * (log - n + mu)
    };
    counts.iter().zip(expected).map(part).sum()
}

fn normal_equations(
    design: &[Vec<f64>],
    weights: &[f64],
    worked: &[f64],
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let size = design[0].len();
    let mut matrix = vec![vec![0.0; size]; size];
    let mut right = vec![0.0; size];
    for ((row, weight), z) in design.iter().zip(weights).zip(worked) {
        for i in 0..size {
            right[i] += weight * row[i] * z;
            for j in 0..size {
                matrix[i][j] += weight * row[i] * row[j];
            }
        }
    }
    (matrix, right)
}

/// Gauss and Jordan with pivots; none for a matrix that has no inverse.
fn inverted(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut inverse: Vec<Vec<f64>> = (0..size)
        .map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    for column in 0..size {
        let pivot = (column..size).max_by(|a, b| {
            let value = |row: &usize| matrix[*row][column].abs();
            value(a).total_cmp(&value(b))
        })?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        inverse.swap(column, pivot);
        let scale = matrix[column][column];
        for side in [&mut matrix, &mut inverse] {
            side[column].iter_mut().for_each(|value| *value /= scale);
        }
        for row in (0..size).filter(|row| *row != column) {
            let times = matrix[row][column];
            for side in [&mut matrix, &mut inverse] {
                let from = side[column].clone();
                for (value, from) in side[row].iter_mut().zip(&from) {
                    *value -= times * from;
                }
            }
        }
    }
    Some(inverse)
}
