"""Path parameters and the ids of examples; tests substitute real ids."""

from web.openapi.describe import PathParameter

TAIL = "01kar5t0q4c8v2n6x3m7b9d1f{}"
PAGE = "p_" + TAIL.format("a")
LEAF = "c_" + TAIL.format("b")
CATEGORY = "c_" + TAIL.format("c")
INCIDENT = "i_" + TAIL.format("d")
UPDATE = "u_" + TAIL.format("e")
KEY = "k_" + TAIL.format("f")
RECEIPT = "r_" + TAIL.format("g")
ACCOUNT = "a_" + TAIL.format("h")
TEMPLATE = "t_" + TAIL.format("j")
MOUNT = "m_" + TAIL.format("k")
SLOT = "s_" + TAIL.format("m")
PREVIEW = "v_" + TAIL.format("p")
SESSION = "n_" + TAIL.format("n")

PATH_PARAMETERS = {
    "page_id": PathParameter("pageId", "A page of yours.", PAGE),
    "cid": PathParameter("componentId", "A component of the page.", LEAF),
    "iid": PathParameter("incidentId", "An incident or a maintenance of the page.", INCIDENT),
    "uid": PathParameter("updateId", "An update of the incident.", UPDATE),
    "kid": PathParameter("keyId", "A key of the page.", KEY),
    "tid": PathParameter("templateId", "A template of the page.", TEMPLATE),
    "mid": PathParameter("mountId", "A mount of the page.", MOUNT),
    "vid": PathParameter("previewId", "As `previewIncident` and its like tell it.", PREVIEW),
    "session_id": PathParameter("sessionId", "A session of the account.", SESSION),
    "rid": PathParameter("receiptId", "As `Location` said it.", RECEIPT),
}
