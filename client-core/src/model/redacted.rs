//! Types that hold what is told of a person, or open something, print nothing of it.
//!
//! `cargo xtask tidy` finds a type with such a field that derives `Debug` instead.

/// `Debug` that names the type and nothing else: `Login [redacted]`.
#[macro_export]
macro_rules! redacts {
    ($name:ident $(<$life:lifetime>)?) => {
        impl $(<$life>)? ::std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), " [redacted]"))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::model::{Answer, AnswerValue, Coordinates};

    #[test]
    fn what_is_told_of_a_person_is_not_printed() {
        let told = Answer::Known(AnswerValue::Text("manteau orange".to_owned()));
        assert_eq!(format!("{told:?}"), "Known(AnswerValue [redacted])");
        let place = Coordinates {
            longitude: 3.876_543,
            latitude: 43.61,
        };
        assert!(!format!("{place:?}").contains("3.8"));
    }
}
