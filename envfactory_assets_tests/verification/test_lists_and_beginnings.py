"""What a list is asked for, what new records begin with, and what becomes of records that others speak of."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from envfactory_assets.verification.examination import Request, observe, subject_of, transcript
from envfactory_assets.verification.probes import PROBES

SOUND = Path(__file__).with_name("record_store.py").read_text(encoding="utf-8")
_LISTED = "return [track for track in self.tracks if track.id in listed]"
_ALL = "return self.tracks.where(released__ge=released_after)"
_ADD = "return self.tracks.add(title=title, plays=0, released=released)"

DEFECTS = {
    "an album shows what it does not list": ("complete_lists", _LISTED, _LISTED.replace(" in listed", " not in listed")),
    "the last track is always left out": ("complete_lists", _LISTED, "return [track for track in self.tracks if track.id in listed][:-1]"),
    "an album never shows anything": ("complete_lists", _LISTED, "return []"),
    "a bound that is published is left out": ("filters", _ALL, _ALL.replace("__ge", "__gt")),
    "a title is given twice": ("unique_values", "Annotated[Text, Unique()]", "Text"),
    "a refusal is passed off as success": (
        "unique_values",
        _ADD,
        f"try:\n            {_ADD}\n        except Exception:\n            return next(iter(self.tracks))",
    ),
    "a new track was played once": ("beginnings", _ADD, _ADD.replace("plays=0", "plays=1")),
    "new ids are of another style": ("minted_keys", "T{n}", "TR{n}"),
    "a note speaks of a track that is not there": ("load", "    track: Ref[Track]", "    track: str"),
    "notes go with the track they speak of": (
        "deletions",
        "self.tracks.remove(self.tracks.get(track_id))",
        "self.tracks.remove(self.tracks.get(track_id), cascade=True)",
    ),
}


def _state(size):
    tracks = [{"id": f"T{n}", "title": f"Song {n}", "plays": n, "released": f"2026-01-{n + 1:02}"} for n in range(3 * size)]
    albums = [{"id": f"A{n}", "title": f"Album {n}", "track_ids": [f"T{3 * n}", f"T{3 * n + 1}"]} for n in range(size)]
    tables = {"tracks": tracks, "albums": albums, "notes": [{"id": "N1", "about": {"track": "T2"}}]}
    return {"now": "2026-05-12T09:00:00Z", "me": None, "counters": {"Track": 50, "Album": 50, "Note": 50}, "tables": tables}


@cache
def store(source=SOUND):
    """The store, held to what the sound one says of itself."""
    request = Request(env_id="record_store", source_code=source, spec=None, states=[_state(2), _state(3)], document=None, mutants=0)
    sound = request.model_copy(update={"source_code": SOUND})
    return replace(subject_of(request), spec=subject_of(sound).spec)


def failed(probe, source=SOUND):
    return [seen for seen in observe(probe, PROBES[probe], store(source)) if not seen.passed and seen.severity != "hint"]


@pytest.mark.parametrize("probe", sorted({probe for probe, _, _ in DEFECTS.values()}))
def test_the_sound_store_passes(probe):
    assert failed(probe) == []


@pytest.mark.parametrize(("probe", "old", "new"), DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_is_found(probe, old, new):
    assert SOUND.count(old) == 1
    found = failed(probe, SOUND.replace(old, new))
    assert found
    assert all(seen.evidence for seen in found)


def test_what_lists_show_where_they_show_most_is_part_of_the_transcript():
    request = Request(env_id="record_store", source_code=SOUND, spec=None, states=[_state(3)], document=None, mutants=0)
    assert '["list_tracks_of_album",{"album_id":"A0"}]' in " ".join(transcript(request)[-4:])
