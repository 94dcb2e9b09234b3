//! Sets that only grow together.

/// Disjoint sets over `0..n`, each with its members in order.
pub(crate) struct Sets {
    set_of: Vec<usize>,
    least: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Sets {
    pub fn new(n: usize) -> Self {
        Self {
            set_of: (0..n).collect(),
            least: (0..n).collect(),
            members: (0..n).map(|item| vec![item]).collect(),
        }
    }

    /// The set of an item.
    pub fn of(&self, item: usize) -> usize {
        self.set_of[item]
    }

    /// Its least member: a name that does not depend on the order of joining.
    pub fn least(&self, item: usize) -> usize {
        self.least[self.set_of[item]]
    }

    /// Its members.
    pub fn members(&self, set: usize) -> &[usize] {
        &self.members[set]
    }

    /// Puts two sets together; the smaller joins the larger.
    pub fn join(&mut self, one: usize, other: usize) {
        if one == other {
            return;
        }
        let (into, from) = if self.members[one].len() >= self.members[other].len() {
            (one, other)
        } else {
            (other, one)
        };
        self.least[into] = self.least[into].min(self.least[from]);
        let moved = std::mem::take(&mut self.members[from]);
        for &item in &moved {
            self.set_of[item] = into;
        }
        self.members[into].extend(moved);
    }

    /// All sets, each sorted, in the order of their least member.
    pub fn into_sorted(self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = self
            .members
            .into_iter()
            .filter(|members| !members.is_empty())
            .map(|mut members| {
                members.sort_unstable();
                members
            })
            .collect();
        sets.sort();
        sets
    }
}
