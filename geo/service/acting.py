"""In whose name something is done."""

from geo.model.account import allows, clean_name
from geo.model.errors import N_, NotAllowed
from geo.model.journal import Act, JournalHead, JournalQuery
from geo.store.base import Store


def act_of(store: Store, name: str, needed: str, *, cause: str | None = None, source: str | None = None) -> Act:
    """An act in the name of an account that may do it; for commands, whose user has no session.

    Raises
    ------
    AccountNotFound
    NotAllowed
        If the account is disabled, or its role may not do what `needed` may.
    """
    account = store.accounts.find(clean_name(name))
    if account.disabled or not allows(account.role, needed):
        raise NotAllowed(N_("账户“%(name)s”不能这样做：需要启用的“%(needed)s”账户"), name=account.name, needed=needed)
    return Act(account.name, cause, source)


def written_since(store: Store, head: JournalHead, act: Act) -> tuple[int, int] | None:
    """How many entries an act has written since the journal ended there, and its change set; None where it has not."""
    for entry in store.journal(JournalQuery(author=act.author, first_seq=head.seq + 1)):
        if (entry.cause, entry.source) == (act.cause, act.source):
            return store.count_journal(JournalQuery(change_set=entry.change_set)), entry.change_set
    return None
