//! The contract's shapes as TypeScript, for the web app's `core/generated/console.ts`.
//!
//! It must never describe a shape by hand: everything comes from the Rust types. `xtask` calls it,
//! and a test compares the committed file to it.

use super::{
    AcceptDevice, AllowPinReset, ApiTokenDrawn, ApiTokenLine, AuditLine, CampaignDetail,
    CampaignExported, CampaignSummary, Challenge, ChallengeRequest, CommandAnswer, CommandRequest,
    ComparisonBoard, DeviceEntry, DeviceSession, DeviceSessionRequest, Doubles, DoubtfulList,
    EndedCampaign, EnrolAnswer, EnrolRequest, EnrolmentCode, ErasePerson, Estimation, ExportReason,
    FindPerson, ForgetPseudonyms, GroupChange, GroupDetail, GroupEffect, GroupList, Hello,
    HoldRequest, IndicatorBoard, LayerToConvert, Login, LookedAt, LookingAt, Me, NamedDocuments,
    NewApiToken, NewCampaign, NewEnrolment, NewExport, NewLayer, NewPaperSheets, NewPasskey,
    NewRelease, NewSeries, NewSheet, ObservationDetail, ObservationPage, OpenCodeLine, Oppose,
    Oppositions, Overlaps, OwnPasskeys, PaperSheetLine, PasskeyAnswer, PasskeyCeremony,
    PasswordChange, PersonHeld, PinResetLine, PlaceCandidates, PlaceSearch, Problem, PurgeAnswered,
    PurgeRequest, Quality, QuarantineList, QuarantineRetried, QuarantineRetry, RecoveryCodes,
    ReleasePreview, Releases, RescueTaken, RescueUpload, RetentionLine, ReviewLog,
    SecondFactorDrawn, SecondFactorProof, SeriesLine, SessionLine, SheetCode, SheetFileRead,
    SheetFileUpload, TilesEntry, Tonight,
};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use ts_rs::{Config, TS, TypeVisitor};

/// Declarations found so far, by name.
struct Collector {
    config: Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(&self.config));
            self.declarations
                .insert(T::ident(&self.config), declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Every declaration of the contract and of the model types it uses, sorted by name.
#[expect(clippy::too_many_lines, reason = "a list of names")]
pub fn typescript() -> String {
    let mut found = Collector {
        config: Config::new().with_large_int("number"),
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
    };
    macro_rules! roots {
        ($($root:ty),+ $(,)?) => { $( found.visit::<$root>(); )+ };
    }
    roots!(
        AcceptDevice,
        ApiTokenDrawn,
        ApiTokenLine,
        NewApiToken,
        OpenCodeLine,
        PasswordChange,
        NewPasskey,
        OwnPasskeys,
        PasskeyAnswer,
        PasskeyCeremony,
        AuditLine,
        ErasePerson,
        FindPerson,
        ForgetPseudonyms,
        PersonHeld,
        Oppose,
        Oppositions,
        HoldRequest,
        PurgeAnswered,
        PurgeRequest,
        RecoveryCodes,
        RetentionLine,
        SecondFactorDrawn,
        SecondFactorProof,
        NewSeries,
        NewSheet,
        SeriesLine,
        SheetCode,
        SessionLine,
        CampaignDetail,
        CampaignExported,
        CampaignSummary,
        Challenge,
        ChallengeRequest,
        CommandAnswer,
        CommandRequest,
        DeviceEntry,
        DeviceSession,
        DeviceSessionRequest,
        Doubles,
        DoubtfulList,
        EnrolAnswer,
        EnrolRequest,
        EnrolmentCode,
        GroupChange,
        GroupDetail,
        GroupEffect,
        GroupList,
        LookedAt,
        LookingAt,
        Hello,
        Login,
        LayerToConvert,
        Me,
        NamedDocuments,
        NewCampaign,
        NewEnrolment,
        NewLayer,
        ExportReason,
        NewExport,
        NewRelease,
        ObservationDetail,
        PlaceCandidates,
        PlaceSearch,
        ObservationPage,
        Overlaps,
        NewPaperSheets,
        PaperSheetLine,
        SheetFileRead,
        SheetFileUpload,
        AllowPinReset,
        PinResetLine,
        Problem,
        Estimation,
        ComparisonBoard,
        EndedCampaign,
        IndicatorBoard,
        Quality,
        QuarantineList,
        QuarantineRetried,
        QuarantineRetry,
        ReleasePreview,
        Releases,
        RescueTaken,
        RescueUpload,
        ReviewLog,
        TilesEntry,
        Tonight,
    );
    let body: Vec<String> = found.declarations.into_values().collect();
    let mut text =
        "// Generated from server/src/http/contract. Do not edit: run `cargo xtask approve`.\n\n"
            .to_owned();
    for line in body.join("\n").lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_types_are_those_of_the_contract() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../web-pwa/src/core/generated/console.ts"
        );
        if std::env::var_os("MARAUDE_APPROVE").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, typescript()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == typescript(),
            "console.ts is stale: run with MARAUDE_APPROVE=1"
        );
    }
}
