"""A store of records: tracks, the albums that list them, and notes that speak of them."""

from datetime import date
from typing import Annotated

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Count, KeyStyle, Text, Unique


class Track(Entity):
    """A track."""

    id: Annotated[str, KeyStyle("T{n}")]
    title: Annotated[Text, Unique()]
    plays: Count
    released: date | None = None


class Album(Entity):
    """An album, which lists its tracks."""

    id: Key
    title: Text
    track_ids: list[Ref[Track]]


class Mention(Part):
    """The track that a note is about."""

    track: Ref[Track]


class Note(Entity):
    """A note about a track."""

    id: Key
    about: Mention


class RecordStore(Environment):
    """Tracks are added, found by album and taken away."""

    tracks: Table[Track]
    albums: Table[Album]
    notes: Table[Note]

    @tool(effect="list", pointer="/paths/~1albums~1{album_id}~1tracks/get")
    def list_tracks_of_album(self, album_id: Ref[Album]) -> list[Track]:
        """The tracks of an album."""
        listed = self.albums.get(album_id).track_ids
        return [track for track in self.tracks if track.id in listed]

    @tool(effect="list", pointer="/paths/~1tracks/get", filters={"released_after": "released__ge"})
    def list_tracks(self, released_after: date | None = None) -> list[Track]:
        """All tracks."""
        return self.tracks.where(released__ge=released_after)

    @tool(effect="create", pointer="/paths/~1tracks/post")
    def add_track(self, title: Text, released: date | None = None) -> Track:
        """Add a track."""
        return self.tracks.add(title=title, plays=0, released=released)

    @tool(effect="delete", pointer="/paths/~1tracks~1{track_id}/delete")
    def remove_track(self, track_id: Ref[Track]) -> None:
        """Take a track away."""
        self.tracks.remove(self.tracks.get(track_id))
