"""Who holds what, what lies where and who is a member of what: bound from documents, and refused where the state forbids it."""

from typing import Any

import pytest

from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.synthesis.actions.marks import counts
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import FieldPlan
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, document, operation, record, ref, written

TEXT_OR_NONE = {"type": ["string", "null"]}


def listed(path: str, name: str) -> list[Any]:
    """The operations that show records."""
    return [
        operation("GET", path, response={"type": "array", "items": ref(name)}),
        operation("GET", f"{path}/{{id}}", response=ref(name)),
    ]


def played(source: str, tables: dict[str, list[dict[str, Any]]]) -> Episode:
    environment: type[Environment] = load_environment(source, "desk")
    state = environment.empty_state()
    state["tables"] |= tables
    episode = Episode({"desk": environment})
    episode.reset({"desk": state})
    return episode


def refusal(episode: Episode, tool: str, **arguments: Any) -> str:
    """The code and message of a refused call; empty when it is not refused."""
    error = episode.call(tool, arguments).error
    return f"{error.code}: {error.message}" if error else ""


def effects_of(spec: EnvironmentSpec, name: str) -> dict[str, Any]:
    return {effect.family: effect for effect in spec.tool(name).effects}


def desk(gone: str = "disabled") -> tuple[str, EnvironmentSpec]:
    """Tickets of people, in queues of teams."""
    ticket = record(
        ("id", "title"),
        id=TEXT,
        title=TEXT,
        status={"type": "string", "enum": ["open", "closed"]},
        assignee_id=TEXT,
        queue_id=TEXT,
        team_id=TEXT,
    )
    _, candidate, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/teams", "Team"),
            operation("GET", "/teams/{team_id}/queues", response={"type": "array", "items": ref("Queue")}),
            operation("GET", "/teams/{team_id}/queues/{id}", response=ref("Queue")),
            *listed("/tickets", "Ticket"),
            operation("POST", "/tickets", request=record(("title",), title=TEXT), response=ref("Ticket")),
            operation("PATCH", "/tickets/{id}", request=ref("Ticket"), response=ref("Ticket"), name="update_ticket"),
            User=record(("id", "name"), id=TEXT, name=TEXT, **{gone: FLAG}),
            Team=record(("id", "name"), id=TEXT, name=TEXT),
            Queue=record(("id", "name"), id=TEXT, name=TEXT, team_id=TEXT, deleted=FLAG),
            Ticket=ticket,
        )
    )
    return candidate.source_code, spec


ROWS: dict[str, list[dict[str, Any]]] = {
    "users": [{"id": "U1", "name": "Ada", "disabled": False}, {"id": "U2", "name": "Bo", "disabled": True}],
    "teams": [{"id": "A", "name": "Blue"}, {"id": "B", "name": "Red"}],
    "queues": [
        {"id": "Q1", "name": "in", "team_id": "A", "deleted": False},
        {"id": "Q2", "name": "old", "team_id": "A", "deleted": True},
        {"id": "Q3", "name": "far", "team_id": "B", "deleted": False},
    ],
    "tickets": [
        {"id": "T1", "title": "a", "status": "open", "assignee_id": None, "queue_id": None, "team_id": "A"},
        {"id": "T2", "title": "b", "status": "closed", "assignee_id": None, "queue_id": None, "team_id": "A"},
    ],
}


def test_an_assignee_is_refused_for_what_is_closed_and_who_has_left():
    source, spec = desk()
    told = effects_of(spec, "update_ticket")["assign"]
    assert (told.unless, told.barred) == ({"status": ("closed",)}, {"disabled": (True,)})
    episode = played(source, ROWS)
    assert "The ticket is closed" in refusal(episode, "update_ticket", id="T2", assignee_id="U1")
    assert "The user is disabled" in refusal(episode, "update_ticket", id="T1", assignee_id="U2")
    assert not refusal(episode, "update_ticket", id="T1", assignee_id="U1")
    assert refusal(episode, "update_ticket", id="T1", assignee_id="U1").startswith("precondition_failed: The ticket is already assigned")
    assert not refusal(episode, "update_ticket", id="T2", status="open", assignee_id="U1"), "it is opened in the same call"


def test_a_bare_flag_keeps_nobody_from_being_given_anything():
    _, spec = desk("active")
    assert effects_of(spec, "update_ticket")["assign"].barred == {}


def test_the_owner_of_a_repository_elsewhere_is_given_nothing():
    told = {"owner": TEXT, "repository": TEXT, "branch": TEXT}
    families = {}
    for beside in ({"owner": TEXT}, told):
        hook = record(("id",), id=TEXT, name=TEXT, **beside)
        _, _, spec = written(
            document(
                *listed("/hooks", "Hook"),
                operation("POST", "/hooks", request=record(("name",), name=TEXT), response=ref("Hook")),
                operation("PATCH", "/hooks/{id}", request=ref("Hook"), response=ref("Hook"), name="update_hook"),
                Hook=hook,
            )
        )
        families[len(beside)] = "assign" in effects_of(spec, "update_hook")
    assert families == {1: True, 3: False}


def test_a_record_moves_within_what_is_around_it_and_into_nothing_deleted():
    source, spec = desk()
    [told] = [effect for effect in spec.tool("update_ticket").effects if effect.field == "queue_id"]
    assert (told.family, told.field, told.within, told.barred) == ("move", "queue_id", "team_id", {"deleted": (True,)})
    episode = played(source, ROWS)
    assert "The queue is deleted" in refusal(episode, "update_ticket", id="T1", queue_id="Q2")
    assert "of another team" in refusal(episode, "update_ticket", id="T1", queue_id="Q3")
    assert not refusal(episode, "update_ticket", id="T1", queue_id="Q1")


def club() -> tuple[str, EnvironmentSpec]:
    """Users put into clubs and taken out of them, where no club's record shows whom it has."""
    _, candidate, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/clubs", "Club"),
            operation("POST", "/clubs", request=record(("name",), name=TEXT), response=ref("Club")),
            operation("GET", "/clubs/{club}/users", response={"type": "array", "items": ref("User")}, name="list_users_of_club"),
            operation("POST", "/clubs/{club}/users/{user}", name="add_user_to_club"),
            operation("DELETE", "/clubs/{club}/users/{user}", name="remove_user_from_club"),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Club=record(("id", "name"), id=TEXT, name=TEXT),
        )
    )
    return candidate.source_code, spec


def test_members_whom_no_record_shows_are_kept_in_a_list():
    source, spec = club()
    assert effects_of(spec, "add_user_to_club")["add_member"].field == "users"
    episode = played(source, {"users": [{"id": "U1", "name": "Ada"}], "clubs": [{"id": "C", "name": "x", "users": []}]})
    assert not refusal(episode, "add_user_to_club", club="C", user="U1")
    assert refusal(episode, "add_user_to_club", club="C", user="U1").startswith("conflict")
    assert [user["id"] for user in episode.call("list_users_of_club", {"club": "C"}).value] == ["U1"]
    assert not refusal(episode, "remove_user_from_club", club="C", user="U1")
    assert refusal(episode, "remove_user_from_club", club="C", user="U1").startswith("precondition_failed")
    assert refusal(episode, "remove_user_from_club", club="C", user="U9").startswith("not_found")


def test_a_participant_is_told_by_an_email_and_enters_once():
    guest = record(("id", "email"), id=TEXT, email=TEXT, webinar_id=TEXT, name=TEXT)
    _, candidate, spec = written(
        document(
            *listed("/webinars", "Webinar"),
            operation("GET", "/webinars/{webinar_id}/participants", response={"type": "array", "items": ref("Participant")}),
            operation(
                "POST",
                "/webinars/{webinar_id}/participants",
                request=record(("email",), email=TEXT, name=TEXT),
                response=ref("Participant"),
                name="create_participant",
            ),
            Webinar=record(("id", "name"), id=TEXT, name=TEXT, status={"type": "string", "enum": ["open", "ended"]}),
            Participant=guest,
        )
    )
    told = effects_of(spec, "create_participant")["add_member"]
    assert (told.field, told.within, told.barred) == ("email", "webinar_id", {"status": ("ended",)})
    episode = played(
        candidate.source_code, {"webinars": [{"id": "W", "name": "x", "status": "open"}, {"id": "V", "name": "y", "status": "ended"}]}
    )
    assert not refusal(episode, "create_participant", webinar_id="W", email="a@example.com")
    assert refusal(episode, "create_participant", webinar_id="W", email="a@example.com").startswith("conflict")
    assert "is ended" in refusal(episode, "create_participant", webinar_id="V", email="a@example.com")


def test_what_a_path_goes_through_is_no_place_to_move_to():
    _, _, spec = written(
        document(
            *listed("/folders", "Folder"),
            operation("GET", "/folders/{folder_id}/files", response={"type": "array", "items": ref("File")}),
            operation("GET", "/folders/{folder_id}/files/{id}", response=ref("File")),
            operation("PATCH", "/folders/{folder_id}/files/{id}", request=ref("File"), response=ref("File"), name="update_file"),
            Folder=record(("id", "name"), id=TEXT, name=TEXT),
            File=record(("id", "name"), id=TEXT, name=TEXT, folder_id=TEXT),
        )
    )
    assert "move" not in effects_of(spec, "update_file")


def test_who_has_left_may_join_again():
    life = {"type": "string", "enum": ["invited", "joined", "left"]}
    _, candidate, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/talks", "Talk"),
            operation("GET", "/talks/{talk_id}/members", response={"type": "array", "items": ref("Member")}),
            operation(
                "POST", "/talks/{talk_id}/members", request=record(("user_id",), user_id=TEXT), response=ref("Member"), name="create_member"
            ),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Talk=record(("id", "name"), id=TEXT, name=TEXT),
            Member=record(("id", "user_id"), id=TEXT, user_id=TEXT, talk_id=TEXT, state=life),
        )
    )
    assert effects_of(spec, "create_member")["add_member"].unless == {"state": ("left",)}
    members = [
        {"id": "M1", "user_id": "U1", "talk_id": "T", "state": "left"},
        {"id": "M2", "user_id": "U2", "talk_id": "T", "state": "joined"},
    ]
    users = [{"id": "U1", "name": "Ada"}, {"id": "U2", "name": "Bo"}]
    episode = played(candidate.source_code, {"users": users, "talks": [{"id": "T", "name": "x"}], "members": members})
    assert refusal(episode, "create_member", talk_id="T", user_id="U2").startswith("conflict")
    assert not refusal(episode, "create_member", talk_id="T", user_id="U1")


def test_one_leaves_what_takes_nobody_in_any_more():
    _, _, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/channels", "Channel"),
            operation("POST", "/channels/{channel}/users/{user}", name="add_user_to_channel"),
            operation("DELETE", "/channels/{channel}/users/{user}", name="remove_user_from_channel"),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Channel=record(("id", "name"), id=TEXT, name=TEXT, users={"type": "array", "items": TEXT}, archived=FLAG),
        )
    )
    assert effects_of(spec, "add_user_to_channel")["add_member"].unless == {"archived": (True,)}
    assert effects_of(spec, "remove_user_from_channel")["remove_member"].unless == {}


def test_a_text_that_lists_keys_puts_in_several_and_a_count_of_them_is_left_out():
    several = TEXT | {"description": "A comma separated list of user IDs."}
    _, candidate, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/channels", "Channel"),
            operation("POST", "/channels/{channel}/users", request=record(("users",), users=several), name="add_users_to_channel"),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Channel=record(("id", "name"), id=TEXT, name=TEXT, users={"type": "array", "items": TEXT}, num_users=WHOLE, size=WHOLE),
        )
    )
    assert {"users", "size"} <= {field.name for field in spec.entity("Channel").fields}
    assert "num_users" not in {field.name for field in spec.entity("Channel").fields}
    [add] = [tool.name for tool in spec.tools if tool.effects[0].family == "add_member"]
    users = [{"id": "U1", "name": "Ada"}, {"id": "U2", "name": "Bo"}]
    episode = played(candidate.source_code, {"users": users, "channels": [{"id": "C", "name": "x", "users": []}]})
    assert not refusal(episode, add, channel="C", users=["U1", "U2"])
    assert refusal(episode, add, channel="C", users=["U2"]).startswith("conflict")


def test_who_plays_in_an_order_may_stand_in_it_twice():
    _, _, spec = written(
        document(
            *listed("/tracks", "Track"),
            *listed("/playlists", "Playlist"),
            operation("POST", "/playlists", request=record(("name",), name=TEXT), response=ref("Playlist")),
            operation("POST", "/playlists/{playlist}/tracks/{track}", name="add_track_to_playlist"),
            Track=record(("id", "name"), id=TEXT, name=TEXT),
            Playlist=record(("id", "name", "tracks"), id=TEXT, name=TEXT, tracks={"type": "array", "items": TEXT}),
        )
    )
    assert all(effect.family != "add_member" for tool in spec.tools for effect in tool.effects)


def test_what_is_put_where_it_lies_already_changes_nothing():
    _, _, spec = written(
        document(
            *listed("/tracks", "Track"),
            *listed("/albums", "Album"),
            operation("PUT", "/albums/{album}/tracks/{track}", name="add_track_to_album"),
            operation("DELETE", "/albums/{album}/tracks/{track}", name="remove_track_from_album"),
            Track=record(("id", "name"), id=TEXT, name=TEXT),
            Album=record(("id", "name", "tracks"), id=TEXT, name=TEXT, tracks={"type": "array", "items": TEXT}),
        )
    )
    typed = {effect.family for tool in spec.tools for effect in tool.effects}
    assert "remove_member" in typed
    assert "add_member" not in typed


def test_somebody_is_reached_in_two_ways_that_are_alike():
    phone = record(("id", "phone"), id=TEXT, phone=TEXT, user_id=TEXT, label=TEXT)
    _, _, spec = written(
        document(
            *listed("/users", "User"),
            operation("GET", "/users/{user_id}/phones", response={"type": "array", "items": ref("Phone")}),
            operation(
                "POST",
                "/users/{user_id}/phones",
                request=record(("phone",), phone=TEXT, label=TEXT),
                response=ref("Phone"),
            ),
            operation("DELETE", "/users/{user_id}/phones/{id}"),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Phone=phone,
        )
    )
    [tool] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    assert [effect.family for effect in tool.effects] == ["create"]


def test_nothing_moves_into_what_holds_other_things():
    _, _, spec = written(
        document(
            *listed("/campaigns", "Campaign"),
            *listed("/campaign-folders", "CampaignFolder"),
            *listed("/templates", "Template"),
            operation("PATCH", "/templates/{id}", request=ref("Template"), response=ref("Template"), name="update_template"),
            operation("PATCH", "/campaigns/{id}", request=ref("Campaign"), response=ref("Campaign"), name="update_campaign"),
            Campaign=record(("id", "name"), id=TEXT, name=TEXT, campaign_folder_id=TEXT),
            CampaignFolder=record(("id", "name"), id=TEXT, name=TEXT),
            Template=record(("id", "name"), id=TEXT, name=TEXT, campaign_folder_id=TEXT),
        )
    )
    assert "move" not in effects_of(spec, "update_template")
    assert effects_of(spec, "update_campaign")["move"].field == "campaign_folder_id"


def test_who_leaves_is_replaced_where_that_must_be_told():
    _, candidate, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/teams", "Team"),
            operation(
                "DELETE", "/teams/{team}/users/{user}", request=record(("replacement",), replacement=TEXT), name="remove_user_from_team"
            ),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Team=record(("id", "name"), id=TEXT, name=TEXT, users={"type": "array", "items": TEXT}),
        )
    )
    assert "replacement" in {parameter.name for parameter in spec.tool("remove_user_from_team").parameters if parameter.required}
    users = [{"id": f"U{number}", "name": "x"} for number in (1, 2, 3)]
    team = {"id": "T", "name": "y", "users": ["U1", "U2"]}
    episode = played(candidate.source_code, {"users": users, "teams": [team]})
    leave = {"team": "T", "user": "U1"}
    assert refusal(episode, "remove_user_from_team", **leave, replacement="U9").startswith("not_found")
    assert refusal(episode, "remove_user_from_team", **leave, replacement="U3").startswith("precondition_failed")
    assert refusal(episode, "remove_user_from_team", **leave, replacement="U1").startswith("invalid_argument")
    assert not refusal(episode, "remove_user_from_team", **leave, replacement="U2")


def test_what_leaves_may_be_told_beside_the_path_and_stickers_stick_once():
    told = record(("track_id",), track_id=TEXT)
    _, _, spec = written(
        document(
            *listed("/tracks", "Track"),
            *listed("/tags", "Tag"),
            *listed("/albums", "Album"),
            operation("DELETE", "/albums/{album}/tracks", request=told, name="remove_track_from_album"),
            operation("POST", "/albums/{album}/tags/{tag}", name="add_tag_to_album"),
            Track=record(("id", "name"), id=TEXT, name=TEXT),
            Tag=record(("id", "name"), id=TEXT, name=TEXT),
            Album=record(
                ("id", "name"), id=TEXT, name=TEXT, tracks={"type": "array", "items": TEXT}, tags={"type": "array", "items": TEXT}
            ),
        )
    )
    assert effects_of(spec, "remove_track_from_album")["remove_member"].field == "tracks"
    assert "add_tag_to_album" not in {tool.name for tool in spec.tools}


def circle(**more: Any) -> EnvironmentSpec:
    """Circles whose members are people told by an id that is called otherwise than theirs."""
    person = TEXT | {"format": "uuid", "description": "UUID of user to add to this circle."}
    member = record(("uuid",), uuid=person, **more)
    _, _, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/circles", "Circle"),
            operation("GET", "/circles/{circle_id}/members", response={"type": "array", "items": ref("Member")}),
            operation("GET", "/circles/{circle_id}/members/{id}", response=ref("Member")),
            operation("POST", "/circles/{circle_id}/members", request=member, response=ref("Member"), name="create_member"),
            User=record(("id", "name"), id=TEXT | {"format": "uuid"}, name=TEXT),
            Circle=record(("id", "name"), id=TEXT, name=TEXT),
            Member=record(("id", "uuid"), id=TEXT, circle_id=TEXT, uuid=person, **more),
        )
    )
    return spec


def test_an_id_that_is_said_to_be_of_somebody_names_them():
    spec = circle()
    assert effects_of(spec, "create_member")["add_member"].field == "uuid"
    assert next(field.ref for field in spec.entity("Member").fields if field.name == "uuid") == "User"


def test_what_to_do_with_a_membership_is_no_part_of_it_beside_its_state():
    state, action = ({"type": "string", "enum": values} for values in (["invited", "joined"], ["invite", "join"]))
    names = {field.name for field in circle(state=state, action=action).entity("Member").fields}
    assert "state" in names
    assert "action" not in names
    assert "action" in {field.name for field in circle(action=action).entity("Member").fields}


def test_a_member_is_told_apart_from_a_group_whose_key_is_called_alike():
    _, _, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/clubs", "Club"),
            operation("POST", "/clubs/{id}/users", request=record(("ID",), ID=TEXT), name="add_user_to_club"),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Club=record(("id", "name"), id=TEXT, name=TEXT, users={"type": "array", "items": TEXT}),
        )
    )
    assert [(p.name, p.entity) for p in spec.tool("add_user_to_club").parameters] == [("id", "Club"), ("ID", "User")]


def filed(**of_file: Any) -> tuple[dict[str, Any], EnvironmentSpec]:
    """The effects of the call that changes a file of a folder, and what else is known."""
    told = {"name": TEXT, "folder_id": TEXT, **of_file}
    _, _, spec = written(
        document(
            *listed("/folders", "Folder"),
            *listed("/files", "File"),
            operation("POST", "/files", request=record(("name",), **told), response=ref("File")),
            operation("PATCH", "/files/{id}", request=record((), **told), response=ref("File"), name="update_file"),
            Folder=record(("id", "name"), id=TEXT, name=TEXT, files={"type": "array", "items": ref("File")}, cntFiles=WHOLE),
            File=record(("id", "name"), id=TEXT, path=TEXT, **told),
        )
    )
    return effects_of(spec, "update_file"), spec


def fields_of(spec: EnvironmentSpec, entity: str) -> set[str]:
    return {field.name for field in spec.entity(entity).fields}


def test_what_says_the_way_to_a_record_that_is_moved_is_left_out_and_so_is_a_list_of_those_made_there():
    effects, spec = filed()
    assert effects["move"].field == "folder_id"
    assert "path" not in fields_of(spec, "File")
    assert not {"files", "cnt_files"} & fields_of(spec, "Folder")


@pytest.mark.parametrize(
    ("wire", "so"),
    [("comment_count", True), ("cntComments", True), ("number_of_comments", True), ("order_number", False), ("seats", False)],
)
def test_a_number_counts_that_says_so(wire: str, so: bool):
    assert counts(FieldPlan(wire, snake(wire), "integer", {"type": "integer"}, required=False)) == so


def test_a_place_that_may_be_told_in_another_way_is_no_move():
    effects, spec = filed(folder_id={"type": "string", "x-either": "shelf"}, shelf=TEXT)
    assert "move" not in effects
    assert "path" in fields_of(spec, "File")


def test_a_place_that_an_empty_text_clears_is_no_move():
    effects, _ = filed(folder_id={"type": "string", "x-empty": True})
    assert "move" not in effects


@pytest.mark.parametrize(("place", "asked", "out"), [(TEXT_OR_NONE, (), True), (TEXT, (), False), (TEXT_OR_NONE, ("folder_id",), False)])
def test_what_may_lie_in_nothing_is_moved_out_by_null(place: dict[str, Any], asked: tuple[str, ...], out: bool):
    _, candidate, spec = written(
        document(
            *listed("/folders", "Folder"),
            *listed("/files", "File"),
            operation("POST", "/files/{id}/move", request=record(asked, folder_id=TEXT), response=ref("File"), name="move_file"),
            Folder=record(("id", "name"), id=TEXT, name=TEXT),
            File=record(("id", "name"), id=TEXT, name=TEXT, folder_id=place),
        )
    )
    assert spec.tool("move_file").parameters[-1].required
    rows = {"folders": [{"id": "D", "name": "x"}], "files": [{"id": "F", "name": "y", "folder_id": "D"}]}
    episode = played(candidate.source_code, rows)
    assert (refusal(episode, "move_file", id="F", folder_id=None) == "") is out
    assert not out or "has no folder" in refusal(episode, "move_file", id="F", folder_id=None)


@pytest.mark.parametrize(("more", "bound"), [({}, True), ({"channel": record(("kind",), kind=TEXT, sound=FLAG, width=WHOLE)}, False)])
def test_who_may_belong_in_more_ways_than_one_joins_again(more: dict[str, Any], bound: bool):
    told = {"user_id": TEXT, **more}
    _, _, spec = written(
        document(
            *listed("/users", "User"),
            *listed("/rooms", "Room"),
            operation("GET", "/rooms/{room_id}/members", response={"type": "array", "items": ref("Member")}),
            operation("POST", "/rooms/{room_id}/members", request=record(tuple(told), **told), response=ref("Member")),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Room=record(("id", "name"), id=TEXT, name=TEXT),
            Member=record(("id", "user_id"), id=TEXT, room_id=TEXT, **told),
        )
    )
    assert bound == ("add_member" in {effect.family for tool in spec.tools for effect in tool.effects})


@pytest.mark.parametrize(("told", "out"), [(TEXT_OR_NONE, True), ({"anyOf": [TEXT, WHOLE, {"type": "null"}]}, True), (TEXT, False)])
def test_an_update_takes_a_record_out_of_what_it_is_in_where_a_request_may_say_null(told: dict[str, Any], out: bool):
    _, candidate, _ = written(
        document(
            *listed("/folders", "Folder"),
            *listed("/files", "File"),
            operation("PATCH", "/files/{id}", request=record((), name=TEXT, folder_id=told), response=ref("File"), name="update_file"),
            Folder=record(("id", "name"), id=TEXT, name=TEXT),
            File=record(("id", "name"), id=TEXT, name=TEXT, folder_id=TEXT),
        )
    )
    rows = {"folders": [{"id": "D", "name": "x"}], "files": [{"id": "F", "name": "y", "folder_id": "D"}]}
    episode = played(candidate.source_code, rows)
    assert episode.call("update_file", {"id": "F", "name": "z"}).value["folder_id"] == "D", "what is left out is kept"
    emptied = episode.call("update_file", {"id": "F", "folder_id": None}).value
    assert emptied.get("folder_id") == (None if out else "D")
    assert not out or "has no folder" in refusal(episode, "update_file", id="F", folder_id=None)
