//! Linear programs over the figures: the smallest and the largest value each combination can have.
//!
//! It must never round a bound outwards: what an attacker cannot exclude stays possible.

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, constraint,
    microlp, variable,
};

/// Variables with bounds, and sums between them.
#[derive(Debug, Clone, Default)]
pub struct System {
    bounds: Vec<(f64, f64)>,
    sums: Vec<Vec<(usize, f64)>>,
}

/// Values a combination can have; infinite where nothing bounds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// What the solver's arithmetic may be off by.
const SOLVER_ERROR: f64 = 1e-6;

impl Interval {
    /// The whole numbers inside it.
    pub fn whole(self) -> (f64, f64) {
        (
            (self.low - SOLVER_ERROR).ceil(),
            (self.high + SOLVER_ERROR).floor(),
        )
    }

    /// How many whole numbers are inside it; infinite where nothing bounds it.
    pub fn values(self) -> f64 {
        let (low, high) = self.whole();
        high - low + 1.0
    }
}

impl System {
    /// A new variable.
    pub fn variable(&mut self, low: f64, high: f64) -> usize {
        self.bounds.push((low, high));
        self.bounds.len() - 1
    }

    /// The terms add up to zero.
    pub fn sum_is_zero(&mut self, terms: Vec<(usize, f64)>) {
        self.sums.push(terms);
    }

    /// The values that the sum of some variables can have; none when the figures contradict
    /// each other.
    pub fn range(&self, of: &[usize]) -> Option<Interval> {
        let low = self.extreme(of, 1.0)?;
        let high = self.extreme(of, -1.0)?;
        Some(Interval { low, high: -high })
    }

    /// The least value of `sign` times the sum.
    fn extreme(&self, of: &[usize], sign: f64) -> Option<f64> {
        let mut problem = ProblemVariables::new();
        let variables: Vec<Variable> = self
            .bounds
            .iter()
            .map(|(low, high)| {
                let mut definition = variable();
                if low.is_finite() {
                    definition = definition.min(*low);
                }
                if high.is_finite() {
                    definition = definition.max(*high);
                }
                problem.add(definition)
            })
            .collect();
        let total = |terms: &mut dyn Iterator<Item = (usize, f64)>| -> Expression {
            terms.map(|(index, times)| times * variables[index]).sum()
        };
        let objective = total(&mut of.iter().map(|&index| (index, sign)));
        let mut model = problem.minimise(objective.clone()).using(microlp);
        for terms in &self.sums {
            let sum = total(&mut terms.iter().copied());
            model = model.with(constraint!(sum == 0.0));
        }
        match model.solve() {
            Ok(solution) => Some(solution.eval(&objective)),
            Err(ResolutionError::Unbounded) => Some(f64::NEG_INFINITY),
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parts_of_a_known_sum_are_bounded_by_it() {
        let mut system = System::default();
        let one = system.variable(0.0, f64::INFINITY);
        let other = system.variable(0.0, f64::INFINITY);
        let whole = system.variable(7.0, 7.0);
        system.sum_is_zero(vec![(one, 1.0), (other, 1.0), (whole, -1.0)]);
        let found = system.range(&[one]).unwrap();
        assert!((found.values() - 8.0).abs() < 1e-9, "{found:?}");
        assert!((system.range(&[one, other]).unwrap().values() - 1.0).abs() < 1e-9);
        let free = system.variable(f64::NEG_INFINITY, f64::INFINITY);
        assert!(system.range(&[free]).unwrap().values().is_infinite());
    }
}
