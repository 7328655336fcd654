//! What the words of a status say of an entry.

use caudal_model::EntryStatus;

/// Words for entries that are not in the books yet, for those that never will be, and for those
/// that are.
const EXPECTED: &[&str] = &[
    "pending",
    "pendiente",
    "processing",
    "en proceso",
    "en curso",
    "en tránsito",
    "in progress",
    "in process",
    "on hold",
    "hold",
    "retenido",
    "authorised",
    "authorized",
    "autorizado",
    "autorizada",
    "scheduled",
    "programado",
    "programada",
    "unposted",
    "por aplicar",
    "por confirmar",
];
const INFORMATION: &[&str] = &[
    "reverted",
    "declined",
    "cancelled",
    "canceled",
    "failed",
    "rejected",
    "rechazado",
    "rechazada",
    "cancelado",
    "cancelada",
    "fallido",
    "fallida",
    "void",
    "voided",
    "denied",
    "denegado",
    "denegada",
    "expired",
    "anulado",
    "anulada",
];
const BOOKED: &[&str] = &[
    "",
    "completed",
    "complete",
    "booked",
    "posted",
    "settled",
    "cleared",
    "executed",
    "done",
    "success",
    "successful",
    "approved",
    "processed",
    "paid",
    "ok",
    "liquidado",
    "liquidada",
    "contabilizado",
    "contabilizada",
    "completado",
    "completada",
    "aplicado",
    "aplicada",
    "realizado",
    "realizada",
    "ejecutado",
    "ejecutada",
    "exitoso",
    "exitosa",
    "procesado",
    "procesada",
    "asentado",
    "asentada",
    "aprobado",
    "aprobada",
    "finalizado",
    "finalizada",
    "confirmado",
    "confirmada",
    "confirmed",
];

/// What a word says; `None` if it is not known.
pub(super) fn of(text: &str) -> Option<EntryStatus> {
    let is_one = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one(BOOKED) {
        Some(EntryStatus::Booked)
    } else if is_one(EXPECTED) {
        Some(EntryStatus::Expected)
    } else if is_one(INFORMATION) {
        Some(EntryStatus::Information)
    } else {
        None
    }
}
