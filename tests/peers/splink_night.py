"""Links a simulated night with Splink, for `cargo xtask bench linkage`.

splink_night.py NIGHT.csv TRUTH.csv FOLDER: writes `connected.csv` and `one_per_team.csv` (slot,
cluster) at the threshold that is best against the truth, and `splink.json` with seconds and memory.
Its own EM, no labels; four shifted grids of 150 m, pseudonym, and one rule on attributes.
"""

import csv
import json
import math
import resource
import sys
import time
from collections import defaultdict
from datetime import datetime

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI

THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
CELL_M = 150.0


def slots(path):
    for row in csv.DictReader(open(path, encoding="utf-8")):
        group = row["kind"] == "group"
        sexes = []
        if group:
            for column, sex in (("n_men", "m"), ("n_women", "f"), ("n_minors", "")):
                sexes += [sex] * int(row[column] or 0)
            sexes += [""] * (int(row["group_size"] or 1) - len(sexes))
        else:
            sexes = [row["gender"]]
        for slot, sex in enumerate(sexes):
            yield f"{row['observation_id']}.{slot}", row, sex


def table(path, out):
    columns = ["unique_id", "team", "observation", "at_s", "x", "y", "accuracy", "grid0", "grid1",
               "grid2", "grid3", "gender", "age_from", "age_to", "age_band", "household",
               "language", "shelter", "tents", "dogs", "marks", "pseudonym", "surveyed", "size"]
    with open(out, "w", encoding="utf-8", newline="") as handle:
        write = csv.writer(handle)
        write.writerow(columns)
        for name, row, sex in slots(path):
            x = y = ""
            grids = ["", "", "", ""]
            if row["lat"]:
                y = float(row["lat"]) * 111195.0
                x = float(row["lon"]) * 111195.0 * math.cos(math.radians(43.6))
                for number, (dx, dy) in enumerate(((0, 0), (75, 0), (0, 75), (75, 75))):
                    grids[number] = f"{int((x + dx) // CELL_M)}:{int((y + dy) // CELL_M)}"
            band = row["age_band"]
            ages = ["", ""]
            if band:
                ages = [band.rstrip("+").split("-")[0], band.split("-")[1] if "-" in band else 120]
            at = datetime.fromisoformat(row["observed_at"].replace("Z", "+00:00")).timestamp()
            words = " ".join(sorted(set(row["marks"].lower().replace(",", " ").split())))
            write.writerow([name, row["team_id"], row["observation_id"], int(at), x, y,
                            row["gps_accuracy_m"] or 25, *grids, sex, *ages, band,
                            row["household"], row["language"], row["shelter_type"],
                            row["n_tents"], row["n_dogs"], words, row["pseudonym"],
                            row["already_surveyed"], row["group_size"] or 1])


def settings():
    sigma = "sqrt((accuracy_l*accuracy_l + accuracy_r*accuracy_r)/2.295 + 36)"
    z = f"(sqrt((x_l-x_r)*(x_l-x_r) + (y_l-y_r)*(y_l-y_r)) / {sigma})"
    distance = cl.CustomComparison(
        [{"sql_condition": "x_l is null or x_r is null", "label_for_charts": "null",
          "is_null_level": True}]
        + [{"sql_condition": f"{z} <= {most}", "label_for_charts": f"z {most}"}
           for most in (1, 2, 3, 6)]
        + [cll.ElseLevel()], output_column_name="distance")
    age = cl.CustomComparison(
        [{"sql_condition": "age_from_l is null or age_from_r is null",
          "label_for_charts": "null", "is_null_level": True},
         {"sql_condition": "age_band_l = age_band_r", "label_for_charts": "equal"},
         {"sql_condition": "age_from_l <= age_to_r + 1 and age_from_r <= age_to_l + 1",
          "label_for_charts": "next"}, cll.ElseLevel()], output_column_name="age")
    words = "len(list_intersect(string_split(marks_l, ' '), string_split(marks_r, ' ')))"
    marks = cl.CustomComparison(
        [{"sql_condition": "marks_l is null or marks_r is null", "label_for_charts": "null",
          "is_null_level": True}]
        + [{"sql_condition": f"{words} >= {most}", "label_for_charts": f"{most} words"}
           for most in (3, 2, 1)]
        + [cll.ElseLevel()], output_column_name="marks")
    def exact(column, tf=False):
        return cl.ExactMatch(column).configure(term_frequency_adjustments=tf)

    apart = " and l.team <> r.team"
    rules = [f"l.grid{n} = r.grid{n}{apart}" for n in range(4)]
    rules += [f"l.pseudonym = r.pseudonym{apart}",
              f"l.language = r.language and l.age_band = r.age_band and l.gender = r.gender and "
              f"l.shelter = r.shelter and l.household = r.household and l.marks = r.marks{apart}"]
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[distance, exact("gender"), age, exact("household"), exact("language", True),
                     exact("shelter", True), exact("dogs", True), exact("tents"), marks,
                     exact("pseudonym"), exact("size")],
        blocking_rules_to_generate_predictions=rules,
        additional_columns_to_retain=["team"],
        max_iterations=50), apart


def find(parent, item):
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def clusters(names, teams, pairs, threshold, one_per_team):
    parent = {name: name for name in names}
    held = {name: {teams[name]} for name in names}
    for probability, a, b in pairs:
        if probability < threshold:
            break
        a, b = find(parent, a), find(parent, b)
        if a == b or (one_per_team and held[a] & held[b]):
            continue
        parent[b] = a
        held[a] |= held.pop(b)
    return {name: find(parent, name) for name in names}


def pair_f1(of, truth):
    groups, people = defaultdict(list), defaultdict(int)
    for name, cluster in of.items():
        groups[cluster].append(truth.get(name, ""))
    for who in truth.values():
        if who:
            people[who] += 1
    held = right = 0
    for members in groups.values():
        held += len(members) * (len(members) - 1) // 2
        alike = defaultdict(int)
        for who in members:
            alike[who] += bool(who)
        right += sum(n * (n - 1) // 2 for n in alike.values())
    true = sum(n * (n - 1) // 2 for n in people.values())
    return 2 * right / max(held + true, 1)


def main(night, truth_path, folder):
    table(night, f"{folder}/splink-input.csv")
    truth = {f"{r['observation_id']}.{r['slot']}": r["person"]
             for r in csv.DictReader(open(truth_path, encoding="utf-8"))}
    made, apart = settings()
    database = DuckDBAPI()
    database.duckdb_con.execute("SET threads = 2")
    started = time.time()
    rows = database.register_from_csv(f"{folder}/splink-input.csv")
    linker = Linker(rows, made, log_level="ERROR")
    training = linker.training
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    trained = ""
    for rule in (f"l.grid0 = r.grid0{apart}", f"l.pseudonym = r.pseudonym{apart}"):
        try:
            training.estimate_parameters_using_expectation_maximisation(
                rule, record_sample_proportion=1.0)
        except Exception as problem:  # Splink refuses an m or u that falls to 0.
            trained += f"{type(problem).__name__} in EM on {rule}; "
    trained_s = time.time() - started
    started = time.time()
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    pairs = database.duckdb_con.execute(
        f"select match_probability, unique_id_l, unique_id_r from {predicted.physical_name} "
        "order by 1 desc, 2, 3").fetchall()
    scored_s = time.time() - started
    started = time.time()
    linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=0.5)
    clustered_s = time.time() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    names, teams = [], {}
    for name, row, _ in slots(night):
        names.append(name)
        teams[name] = row["team_id"]
    chosen = {}
    for file, one_per_team in (("connected", False), ("one_per_team", True)):
        tried = [(pair_f1(clusters(names, teams, pairs, t, one_per_team), truth), t)
                 for t in THRESHOLDS]
        best = max(tried)[1]
        chosen[file] = best
        with open(f"{folder}/{file}.csv", "w", encoding="utf-8", newline="") as handle:
            write = csv.writer(handle)
            for name, cluster in clusters(names, teams, pairs, best, one_per_team).items():
                write.writerow([name, cluster])
    json.dump({"train": trained_s, "score": scored_s, "cluster": clustered_s, "peak_mb": peak_mb,
               "pairs": len(pairs), "thresholds": chosen, "trouble": trained},
              open(f"{folder}/splink.json", "w", encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
