"""Pushes of many machines, in any order and broken off anywhere, come to the union's figures."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from engine.domain.chosen import Chosen
from engine.domain.mistakes import SettingsError
from engine.machines.team.columns import WINNER
from engine.machines.team.privacy import PROJECTS
from engine.machines.team.push import forget
from engine.machines.team.schema import TABLES
from tests.team.checks import (
    PEOPLE,
    check_any_order,
    check_broken_network,
    check_killed_pushers,
    check_pushers_at_once,
)
from tests.team.cluster import Cluster
from tests.team.machines import MadeMachine, assert_equal, made_up, union_of


def test_machines_of_three_people_come_to_the_union_in_any_order(cluster: Cluster) -> None:
    check_any_order(cluster, random.Random(0), machines=4, steps=8)


def test_pushers_at_once_double_and_lose_nothing(cluster: Cluster) -> None:
    check_pushers_at_once(cluster, random.Random(7), pushers=6, responses=80)


def test_a_network_that_breaks_off_anywhere_loses_nothing(cluster: Cluster) -> None:
    check_broken_network(cluster, random.Random(11), (200, 3_000, 9_000, 14_000, 31_000))


def test_a_server_that_dies_and_comes_back_keeps_what_was_committed(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.machines.team.push._PART", 40)
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ben")
    machine.learn(made_up(random.Random(3), 300, 400))
    written = 0
    write = MadeMachine.push

    def stop_after_two(*_: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            cluster.stop("immediate")

    from engine.machines.team.push import Push

    each = Push._write_responses

    def write_and_stop(self: Push, *told: object) -> None:
        each(self, *told)  # type: ignore[arg-type]
        stop_after_two()

    monkeypatch.setattr(Push, "_write_responses", write_and_stop)
    try:
        with pytest.raises(SettingsError, match="what was committed is kept"):
            machine.push(cluster.address("ben"))
        with pytest.raises(SettingsError, match="cannot be reached"):
            machine.push(cluster.address("ben"))
    finally:
        cluster.start()
    assert 0 < cluster.ask("SELECT count(*) FROM ccmon.responses")[0][0] < 300
    write(machine, cluster.address("ben"))
    assert_equal(cluster, [machine])


def test_a_full_disk_is_told_and_keeps_what_came_before(cluster: Cluster) -> None:
    chance = random.Random(5)
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    machine.learn(made_up(chance, 50, 60))
    machine.push(cluster.address("ana"))
    cluster.ask(
        "CREATE FUNCTION ccmon.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device'"
        " USING ERRCODE = 'disk_full'; END $$;"
        " CREATE TRIGGER full_disk BEFORE INSERT ON ccmon.session_totals FOR EACH ROW"
        " EXECUTE FUNCTION ccmon.full()"
    )
    before = cluster.ask("SELECT sum(responses), sum(cost) FROM ccmon.hours")
    machine.learn(made_up(chance, 50, 90))
    with pytest.raises(SettingsError, match="has no room"):
        machine.push(cluster.address("ana"))
    assert cluster.ask("SELECT sum(responses), sum(cost) FROM ccmon.hours") == before
    cluster.ask("DROP TRIGGER full_disk ON ccmon.session_totals")
    machine.push(cluster.address("ana"))
    assert_equal(cluster, [machine])


def test_a_lost_or_older_ledger_doubles_and_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    chance = random.Random(9)
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana", str(tmp_path / "ledger.db"))
    machine.learn(made_up(chance, 60, 90))
    machine.push(cluster.address("ana"))
    copy = tmp_path / "copy.db"
    with machine.ledger.lock:
        machine.ledger.connection.execute("VACUUM INTO ?", (str(copy),))
    machine.learn(made_up(chance, 60, 90))
    machine.push(cluster.address("ana"))
    machine.ledger.close()
    older = MadeMachine("ana", str(copy), machine.own.id)
    older.told = list(machine.told)
    for _ in range(30):
        older.learn(made_up(chance, 2, 90))
    older.push(cluster.address("ana"))
    lost = MadeMachine("ana")
    lost.learn(dict(older.told[:40]))
    lost.push(cluster.address("ana"))
    assert_equal(cluster, [older, lost])


def test_what_is_withdrawn_leaves(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    told = made_up(random.Random(1), 40, 50)
    machine.learn(told)
    machine.push(cluster.address("ana"))
    machine.withdraw(set(list(told)[:7]))
    machine.push(cluster.address("ana"))
    assert_equal(cluster, [machine])


def test_what_one_machine_withdraws_is_what_the_others_say(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    machines = [MadeMachine("ana"), MadeMachine("ana"), MadeMachine("ana")]
    for number, machine in enumerate(machines):
        machine.learn(made_up(random.Random(number), 40, 50))
        machine.push(cluster.address("ana"))
    for machine in machines[:2]:
        machine.withdraw({id_ for id_, _ in machine.told[:25]})
        machine.push(cluster.address("ana"))
        assert_equal(cluster, machines)
    for machine in machines:
        machine.withdraw({id_ for id_, _ in machine.told})
        machine.push(cluster.address("ana"))
    for table in ("responses", "sightings"):
        assert cluster.ask(f"SELECT count(*) FROM ccmon.{table}") == [(0,)]
    assert cluster.ask("SELECT sum(responses), sum(output), sum(cost) FROM ccmon.hours") == [
        (0, 0, 0)
    ]


def test_a_price_that_changes_is_pushed(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    machine.learn(made_up(random.Random(2), 40, 50))
    machine.push(cluster.address("ana"))
    with machine.ledger.transaction() as revision:
        for table in ("responses", "slot_totals"):
            machine.ledger.connection.execute(
                f"UPDATE {table} SET calculated = 5, changed = {revision}"
            )
    machine.push(cluster.address("ana"))
    assert cluster.ask("SELECT DISTINCT calculated FROM ccmon.responses") == [(5,)]
    rows, sums = (
        cluster.ask(f"SELECT sum(calculated) FROM ccmon.{table}")
        for table in ("responses", "hours")
    )
    assert rows == sums


def test_what_was_pushed_is_taken_back_of_that_person_alone(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    for person in ("ana", "ben", "ben"):
        machine = MadeMachine(person)
        machine.learn(made_up(random.Random(4), 40, 50))
        machine.push(cluster.address(person))
    count = cluster.ask("SELECT count(*) FROM ccmon.responses WHERE person = 'ana'")[0][0]
    assert forget(cluster.address("ana")) == count > 0
    for table in TABLES:
        assert cluster.ask(f"SELECT DISTINCT person FROM ccmon.{table}") == [("ben",)]


@pytest.mark.parametrize("projects", PROJECTS)
def test_of_projects_leaves_what_was_chosen(cluster: Cluster, projects: str) -> None:
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    machine.learn(made_up(random.Random(6), 40, 50))
    machine.push(cluster.address("ana"), projects)
    told = str([cluster.ask(f"SELECT * FROM ccmon.{table}") for table in TABLES])
    assert ("code" in told) == (projects == "names")
    assert ("project-" in told) == (projects == "hashes")
    other = next(each for each in PROJECTS if each != projects)
    with pytest.raises(SettingsError, match="--forget"):
        machine.push(cluster.address("ana"), other)


def test_a_hostile_writer_neither_reads_nor_changes_others(cluster: Cluster) -> None:
    import psycopg

    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    machine.learn(made_up(random.Random(8), 40, 50))
    machine.push(cluster.address("ana"))
    before = [cluster.ask(f"SELECT * FROM ccmon.{table} ORDER BY 1, 2") for table in TABLES]
    views = ("usage_by_day", "usage_by_month", "usage_by_person", "usage_by_model")
    for table in (*TABLES, *views):
        assert cluster.ask(f"SELECT * FROM ccmon.{table}", "eve") == []
    columns = ", ".join(f"{name}" for name in WINNER)
    for refused in (
        "SELECT * FROM ccmon.responses_0",
        "INSERT INTO ccmon.people (person) VALUES ('ana')",
        "INSERT INTO ccmon.machines VALUES ('ana', 1, 'mine')",
        "SET ROLE ana",
        "SET SESSION AUTHORIZATION ana",
        "ALTER TABLE ccmon.responses DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own ON ccmon.responses",
        "CREATE POLICY mine ON ccmon.responses USING (true)",
        "TRUNCATE ccmon.responses",
        "DROP TABLE ccmon.hours",
        "GRANT ccmon_reader TO eve",
        f"COPY (SELECT {columns} FROM ccmon.responses_1) TO STDOUT",
        "CREATE TABLE ccmon.trap (id int)",
        "SET row_security = off; SELECT * FROM ccmon.responses",
    ):
        with pytest.raises(psycopg.Error):
            cluster.ask(refused, "eve")
    cluster.ask("INSERT INTO ccmon.people DEFAULT VALUES", "eve")
    with pytest.raises(psycopg.Error):
        cluster.ask("UPDATE ccmon.people SET person = 'ana'", "eve")
    cluster.ask("DELETE FROM ccmon.people", "eve")
    for table in TABLES:
        cluster.ask(f"DELETE FROM ccmon.{table}", "eve")
    cluster.ask("UPDATE ccmon.hours SET cost = 0, responses = 0", "eve")
    cluster.ask("UPDATE ccmon.responses SET output = 0 WHERE person = 'ana'", "eve")
    assert (
        cluster.ask("SELECT most_common_vals FROM pg_stats WHERE schemaname = 'ccmon'", "eve") == []
    )
    with pytest.raises(psycopg.Error):
        cluster.ask("DELETE FROM ccmon.responses", "boss")
    assert cluster.ask("SELECT count(*) FROM ccmon.responses", "boss")[0][0] > 0
    after = [cluster.ask(f"SELECT * FROM ccmon.{table} ORDER BY 1, 2") for table in TABLES]
    assert after == before


def test_init_may_be_done_again_and_a_reader_may_not_push(cluster: Cluster) -> None:
    from engine.machines.team.push import init

    cluster.fresh(*PEOPLE)
    init(cluster.address())
    machine = MadeMachine("boss")
    machine.learn(made_up(random.Random(8), 4, 50))
    with pytest.raises(SettingsError, match="ccmon_writer"):
        machine.push(cluster.address("boss"))


def test_no_error_repeats_a_password(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    for address in (
        f"postgresql://ana:hunter2@127.0.0.1:{cluster.port}/nowhere",
        "postgresql://ana:hunter2@127.0.0.1:1/usage",
        "postgresql://ana:hunter2@127.0.0.1:notaport/usage",
        "postgresql://ana:hunter2@127.0.0.1/usage?nonsense=hunter2",
        f"postgresql://ana:hunter2@127.0.0.1:{cluster.port}/postgres",
    ):
        with pytest.raises(SettingsError) as told:
            machine.push(address)
        assert "hunter2" not in str(told.value)
        assert told.value.__cause__ is None


def test_a_process_killed_at_any_moment_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    check_killed_pushers(cluster, tmp_path / "ledger.db", random.Random(13), (0.02, 0.12))


def test_machines_and_people_are_told_apart(cluster: Cluster) -> None:
    from engine.machines.team.source import TeamSource

    cluster.fresh(*PEOPLE)
    machines = [MadeMachine(person) for person in ("ana", "ana", "ben")]
    for number, machine in enumerate(machines):
        machine.learn(made_up(random.Random(number), 30, 40))
        machine.push(cluster.address(machine.person))
    source = TeamSource(cluster.address("boss"))
    names = source.names
    assert sorted(each.person for each in names.machines().values()) == ["ana", "ana", "ben"]
    with source.at_one_moment():
        asked = source.sums_of(tuple(source.scopes().values()), "auto")
        sums = asked.sums((), Chosen())
        by_session = asked.sums(("session", "directory"), Chosen())
        placed = asked.placed("model", Chosen())
    source.close()
    of_models = {(row.keys[0], row.model) for row in by_session}
    assert Counter(dict(placed.sessions)) == Counter(model for _, model in of_models)
    sessions = {(person, each.session) for (person, _), each in union_of(machines).items()}
    assert placed.total == len(sessions) == len({row.keys[0] for row in by_session})
    assert sum(row.sums.cost for row in placed.rows) == sum(row.sums.cost for row in sums)
    ids = Counter(session for _, session in sessions)
    called = {names.name("sessions", row.keys[0]) for row in by_session}
    assert called & ids.keys() == {session for session, count in ids.items() if count == 1}
    of_person: dict[str, int] = {}
    for each in sums:
        person = names.model.person(each.model)
        of_person[person] = of_person.get(person, 0) + each.sums.responses
    union = union_of(machines)
    assert of_person == dict(Counter(person for person, _ in union))
