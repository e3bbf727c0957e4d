// Writing what was decided, and taking it back.

import { el } from "./dom.js";
import { t } from "./i18n.js";
import { takenFields, takesPosition } from "./locating_words.js";
import { offer, sayFailed, settle } from "./notices.js";
import { csrfToken, send } from "./send.js";

/** Writes to the store in the name of whoever is signed in; tells everybody else how to sign in. */
export class Saving {
  constructor(page) {
    this.page = page;
  }

  /** Whether this reader may write; if not, says what is missing. */
  mayWrite() {
    const { mayAdopt } = this.page.config.locating;
    if (!mayAdopt) this.offerSignIn();
    return mayAdopt;
  }

  offerSignIn() {
    const { signInUrl } = this.page.config.locating;
    const back = encodeURIComponent(window.location.pathname + window.location.search);
    offer("sign-in", t("写入须用“编辑”或“管理员”账户登录；您的文字和修改都保留在本机浏览器里。"), el("a", { class: "btn btn-sm btn-light", href: `${signInUrl}?next=${back}`, "data-testid": "go-sign-in" }, t("去登录")));
  }

  /** Write records; they stand as adopted afterwards. */
  async adopt(records) {
    const { page } = this;
    const wanted = records.filter((record) => page.proposals.get(record.key));
    if (!wanted.length || !this.mayWrite()) return;
    page.work.begin(t("正在写入"));
    try {
      const { adopted } = await send(page.config.locating.adoptUrl, { decisions: wanted.map((record) => this.decision(record)), source: page.draft.sourceName || null });
      settle("adopt");
      for (const each of adopted) page.draft.change(page.draft.get(each.key), { decision: "adopted", saved: { layer: each.layer_id, id: each.feature_id, change_set: each.change_set, number: adopted.length } });
      const changeSet = adopted[0].change_set;
      if (changeSet !== null) this.offerUndo(t("已写入 {count} 条", { count: adopted.length }), () => this.takeBack(changeSet));
      tellOverlaps(adopted.map((each) => [page.draft.value(page.draft.get(each.key), "name"), each.doubts]));
      await page.refresh();
    } catch (error) {
      this.failed("adopt", error, () => this.adopt(records));
    } finally {
      page.work.end();
    }
  }

  decision(record) {
    const { draft, proposals } = this.page;
    const proposal = proposals.get(record.key);
    const { match } = proposal;
    const takes = match ? takesPosition(record, proposal) : true;
    return {
      project: draft.project(record),
      seen: match ? `${match.layer}/${match.id}` : null,
      revision: match?.feature.properties.revision ?? null,
      fields: match ? takenFields(record, proposal) : [],
      seal: takes && !record.work.drawn ? proposal.seal : null,
      drawn: record.work.drawn ?? null,
    };
  }

  /** Take back the write that adopted a record, with all that was written together with it. */
  undo(record) {
    const { change_set: changeSet } = record.work.saved;
    return changeSet === null ? this.page.reopen(record) : this.takeBack(changeSet);
  }

  async takeBack(changeSet) {
    const { draft } = this.page;
    const taken = draft.records.filter((record) => record.work.saved?.change_set === changeSet).map((record) => [record, record.work.saved]);
    await this.reverse(changeSet, (undoing) => {
      for (const [record] of taken) draft.change(record, { decision: null, saved: null });
      this.offerUndo(t("已撤销；日志里两次都有记录。"), () => this.restore(undoing, taken), t("恢复"));
    });
  }

  /** Take an undo back: what it took away is there again, and its records stand as adopted. */
  async restore(undoing, taken) {
    await this.reverse(undoing, (changeSet) => {
      for (const [record, saved] of taken) this.page.draft.change(record, { decision: "adopted", saved: { ...saved, change_set: changeSet } });
      this.offerUndo(t("已恢复；日志里三次都有记录。"), () => this.takeBack(changeSet));
    });
  }

  async reverse(changeSet, then) {
    if (!this.mayWrite()) return;
    try {
      const { change_set: reversing } = await send(this.page.config.locating.undoUrl, { change_set: changeSet });
      settle("adopt");
      settle("overlaps");
      then(reversing);
      await this.page.refresh();
    } catch (error) {
      this.failed("adopt", error, () => this.reverse(changeSet, then));
    }
  }

  /** Put a feature of the store where the planner drew it; whether that is settled, here or on the page of a conflict. */
  async place(place, name) {
    if (!this.mayWrite()) return false;
    try {
      const { change_set: changeSet, doubts } = await send(this.page.config.locating.placeUrl, place);
      settle("adopt");
      tellOverlaps([[name, doubts]]);
      if (changeSet !== null) this.offerUndo(t("“{name}”已落图", { name }), () => this.takeBack(changeSet));
      return true;
    } catch (error) {
      if (error.status === 409) { this.showConflict(place); return true; }
      this.failed("adopt", error, null);
      return false;
    }
  }

  /** Somebody else was faster: the page that shows both versions takes over, with what was drawn. */
  showConflict({ layer, id, revision, geometry }) {
    const fields = { csrf_token: csrfToken(), _revision: revision, _basis: "placed", _geometry: JSON.stringify(geometry) };
    const action = `${this.page.config.locating.placePageUrl}/${layer}/${encodeURIComponent(id)}`;
    const form = el("form", { method: "post", action, hidden: true }, Object.entries(fields).map(([name, value]) => el("input", { type: "hidden", name, value })));
    document.body.append(form);
    form.submit();
  }

  offerUndo(words, undo, label = t("撤销")) {
    offer("undo", words, el("button", { class: "btn btn-sm btn-light", type: "button", "data-testid": "undo-now", onclick: undo }, label));
  }

  /** A conflict means that somebody else has written: compare anew; who is signed out by now signs in; a refusal is told. */
  failed(name, error, retry) {
    if (error.status === 401) { this.offerSignIn(); return; }
    if (error.status === 409) { sayFailed(name, error.message, () => this.page.refresh()); return; }
    sayFailed(name, error.message, error.status ? null : retry);
  }
}

/** Say until it is read on which parcels those lie that were written: pairs of a name and its doubts. */
function tellOverlaps(written) {
  settle("overlaps");
  const words = written.filter(([, doubts]) => doubts.length).map(([name, doubts]) => t("“{name}”：{words}", { name, words: doubts.join(t("；")) }));
  if (words.length) sayFailed("overlaps", words.join(t("；")), null);
}
