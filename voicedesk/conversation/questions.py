"""What the turns of a conversation ask, and what is still to be asked."""

from __future__ import annotations

from collections import deque

from voicedesk.conversation.asked import Announcement, Asked


class Questions:
    """Knows the question of the present turn, of the one that is about to begin, and the one that was not answered.

    Attributes:
        present: What the present turn asks.
        is_put_off: Whether its reply was stopped without the user's asking for that.
        unanswered: What a failed turn asked, or one of an earlier run; None when there is nothing to ask again.
    """

    def __init__(self) -> None:
        self.present = Asked()
        self.is_put_off = False
        self.unanswered: Asked | None = None
        self._coming: Asked | None = None
        self._announcements: deque[Announcement] = deque()

    def bring(self, asked: Asked) -> None:
        """The next turn asks this. A take that nobody has brought begins with the turn."""
        self._coming = asked

    def begin(self) -> Asked:
        """A turn begins: what it asks. A question of the user's takes the place of one that was not answered."""
        self.present, self._coming = self._coming or Asked(), None
        self.is_put_off = False
        if self.present.announcement is None:
            self.unanswered = None
        return self.present

    def fail(self, turn: int) -> None:
        """The present turn, which has this number, was not answered."""
        if self.present.can_be_asked_again:
            self.unanswered = self.present.repeat(turn)

    def offer(self, asked: Asked) -> None:
        """A question of an earlier run; one of this run goes before it."""
        if self.unanswered is None:
            self.unanswered = asked

    def withdraw(self, turn: int) -> None:
        """What this turn asked is not to be asked again."""
        if self.unanswered is not None and self.unanswered.again == turn:
            self.unanswered = None

    def announce(self, announcement: Announcement) -> None:
        """There is something to say that nobody asked for."""
        self._announcements.append(announcement)

    @property
    def has_announcements(self) -> bool:
        """Whether there is something to say that nobody asked for."""
        return bool(self._announcements)

    def next_announcement(self) -> Asked:
        """The first of what is to be said.

        Raises:
            IndexError: There is nothing.
        """
        return Asked(announcement=self._announcements.popleft())

    def forget_announcements(self) -> None:
        """Nothing is said any more that nobody asked for."""
        self._announcements.clear()
