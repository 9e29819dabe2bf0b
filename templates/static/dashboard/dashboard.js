// What the dashboard does beside showing documents. Every module listens for what it is for, on the
// document: parts of it are replaced while one works.
import "./send.js";
import "./swap.js";
import "./dialog.js";
import "./tree.js";
import "./copy.js";
import "./follow.js";
import "./choose.js";
import "./foresee.js";
import "./pick.js";
import "./several.js";
import "./rows.js";
import "./drafts.js";
import "./switch.js";
import "./propose.js";
import "./upload.js";
import "./share.js";
