//! Poisson regression by iterated weighted least squares, for few parameters.

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

/// Most rounds.
const ROUNDS: usize = 100;
/// Relative change of the deviance that no longer counts.
const SETTLED: f64 = 1e-12;
/// A linear predictor beyond this has run away: the data do not hold the coefficient.
const RUNAWAY: f64 = 25.0;

/// Fits counts by the exponential of a linear predictor; none where the data do not hold it.
pub(super) fn fit(design: &[Vec<f64>], counts: &[f64]) -> Option<Glm> {
    let mut expected: Vec<f64> = counts.iter().map(|n| n + 0.5).collect();
    let mut deviance = f64::INFINITY;
    for _ in 0..ROUNDS {
        let worked: Vec<f64> = counts
            .iter()
            .zip(&expected)
            .map(|(n, mu)| mu.ln() + (n - mu) / mu)
            .collect();
        let (matrix, right) = normal_equations(design, &expected, &worked);
        let inverse = inverted(matrix)?;
        let coefficients: Vec<f64> = inverse.iter().map(|row| dot(row, &right)).collect();
        expected = design
            .iter()
            .map(|row| dot(row, &coefficients).clamp(-RUNAWAY, RUNAWAY).exp())
            .collect();
        let now = deviance_of(counts, &expected);
        let settled = (deviance - now).abs() <= SETTLED * (now.abs() + 0.1);
        deviance = now;
        if settled {
            let (matrix, _) = normal_equations(design, &expected, &worked);
            let first_variance = inverted(matrix)?[0][0];
            return Some(Glm {
                coefficients,
                first_variance,
                expected,
                deviance,
            });
        }
    }
    None
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
