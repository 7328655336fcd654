# Problemas de la prueba: una frase y qué hacer al respecto.
# Valores: $found, lo que hay; $expected, lo que sería correcto; $column, la columna (en
# balance-below-zero: la cuenta). Páginas más largas: docs/errors/.

problem-file-empty = el archivo está vacío o no tiene nada bajo su encabezado
problem-file-empty-hint = compruebe que es el archivo correcto y que la exportación no se interrumpió

problem-format-unknown = el archivo no es texto delimitado ni Parquet; parece `{ $found }`
problem-format-unknown-hint = exporte los datos como CSV o Parquet; una hoja de cálculo se puede guardar como CSV UTF-8

problem-file-truncated = el archivo está dañado o se corta: `{ $found }`
problem-file-truncated-hint = obtenga el archivo de nuevo y compare su tamaño y su huella; en un texto, busque una comilla sin cerrar

problem-encoding-not-utf8 = el texto no es UTF-8 y se leyó como `{ $found }`
problem-encoding-not-utf8-hint = compruebe que los nombres con acentos y eñes se leen bien, o guarde el archivo como UTF-8

problem-column-missing = falta la columna `{ $expected }`; el encabezado dice `{ $found }`
problem-column-missing-hint = añada la columna o cambie el nombre de otra; valen en cualquier orden y en mayúsculas o minúsculas

problem-column-repeated = la columna `{ $column }` aparece dos veces en el encabezado
problem-column-repeated-hint = cambie el nombre de una de las dos columnas o elimínela

problem-column-type-unfit = la columna `{ $column }` tiene el tipo `{ $found }`; se esperaba `{ $expected }`
problem-column-type-unfit-hint = escriba los importes como decimales o texto, las fechas como fechas y los nombres como texto

problem-row-too-long = la fila ocupa más de `{ $expected }` bytes; empieza así: `{ $found }`
problem-row-too-long-hint = busque un fin de línea perdido o datos binarios en el archivo

problem-row-truncated = la fila tiene `{ $found }` celdas; se esperaban `{ $expected }`
problem-row-truncated-hint = busque una fila cortada, o un separador dentro de un nombre o un importe que necesite comillas

problem-id-missing = la fila no tiene identificador
problem-id-missing-hint = dé a cada fila su propio identificador, como la referencia del banco o un número correlativo

problem-id-duplicate = `{ $found }` ya está en la fila `{ $expected }`
problem-id-duplicate-hint = elimine la fila si es una copia; si es otra, dele su propio identificador

problem-account-missing = la celda `{ $column }` está vacía
problem-account-missing-hint = nombre la cuenta, o una parte externa como `@efectivo` si no se conoce ninguna

problem-currency-missing = la celda `{ $column }` está vacía
problem-currency-missing-hint = escriba el código de la moneda, como `MXN` o `USD`

problem-currency-unknown = la moneda `{ $found }` no está en la tabla
problem-currency-unknown-hint = escriba el código ISO 4217, como `MXN` o `USD`, no un nombre ni un signo

problem-amount-unreadable = `{ $found }` no es un importe; se esperaban decimales simples como `{ $expected }`
problem-amount-unreadable-hint = escriba cifras y a lo sumo un punto decimal, sin signos, códigos ni palabras

problem-amount-ambiguous = el importe se puede leer de dos maneras: `{ $found }`; se esperaban decimales simples como `{ $expected }`
problem-amount-ambiguous-hint = escriba los importes con punto decimal y sin separadores de miles

problem-amount-digits-beyond-currency = `{ $found }` tiene más decimales que su moneda, que tiene `{ $expected }`
problem-amount-digits-beyond-currency-hint = compruebe la moneda y la fuente del importe; no se redondea nada

problem-amount-negative = el importe `{ $found }` es negativo; se esperaba `{ $expected }`, con pagador y beneficiario según se movió el dinero
problem-amount-negative-hint = intercambie pagador y beneficiario y escriba el importe sin signo

problem-amount-overflow = un importe, o una suma de importes, supera lo que se cuenta con exactitud
problem-amount-overflow-hint = compruebe si hay importes con demasiadas cifras o con la moneda equivocada

problem-received-incomplete = el importe y la moneda recibidos van juntos; `{ $column }` está vacía
problem-received-incomplete-hint = rellene las dos columnas o ninguna

problem-sides-disagree = se recibió `{ $found }`, pero se pagó `{ $expected }`
problem-sides-disagree-hint = anote la comisión como una transferencia aparte, o corrija el importe

problem-date-unreadable = `{ $found }` no es una fecha; se esperaba una como `{ $expected }`
problem-date-unreadable-hint = escriba un día como `2025-04-03`, o una hora con su zona como `2025-04-03T10:15:00Z`

problem-date-order-ambiguous = no consta el orden de día y mes: `{ $found }` puede ser `{ $expected }`
problem-date-order-ambiguous-hint = escriba las fechas como año, mes y día: `2025-04-03`

problem-date-does-not-exist = ese día no existe: `{ $found }`; se esperaba uno como `{ $expected }`
problem-date-does-not-exist-hint = busque la fecha en la fuente; hay archivos de bancos con días como el 30 de febrero

problem-sequence-unreadable = la secuencia `{ $found }` no es un número entero como `{ $expected }`
problem-sequence-unreadable-hint = escriba el orden de las filas como 1, 2, 3, o deje la columna vacía

problem-statement-unreadable = `{ $found }` no dice si se tiene el estado de cuenta; se esperaba `{ $expected }`
problem-statement-unreadable-hint = escriba `held` si el estado de cuenta está en el libro y `missing` si no

problem-account-unknown = aquí se nombra `{ $found }`, pero ninguna transferencia lo nombra
problem-account-unknown-hint = compare su ortografía con las transferencias; una cuenta mal escrita aquí cuenta como si se tuviera su estado

problem-reversal-unmatched = la devolución nombra `{ $found }`, que no es un ingreso que pueda deshacer
problem-reversal-unmatched-hint = compruebe el identificador de la columna `reverses`; la fila se trata como un pago ordinario

problem-self-transfer = pagador y beneficiario son la misma cuenta, `{ $found }`; la fila no mueve nada y queda fuera
problem-self-transfer-hint = compruebe si uno de los dos lados es un error

problem-amount-zero = el importe es cero (`{ $found }`); la fila no mueve nada y queda fuera
problem-amount-zero-hint = no hace falta nada si la fuente también dice cero

problem-sequence-against-date = la secuencia indicada va en contra de las fechas
problem-sequence-against-date-hint = compruebe cuál de las dos es correcta; de ello depende el orden del libro

problem-balance-below-zero = el saldo de `{ $column }` baja a `{ $found }`
problem-balance-below-zero-hint = busque un ingreso o un saldo inicial que falte, o confirme que el banco prestó el dinero

problem-order-tie-unproved = nada prueba el orden de varias líneas de una cuenta en un mismo día
problem-order-tie-unproved-hint = indique una secuencia u horas si el estado de cuenta muestra su orden

problem-origin-overlap = dos orígenes de la pregunta nombran el mismo dinero; pertenece al primero que encuentra
problem-origin-overlap-hint = nombre cada origen una sola vez, o pregunte por cada uno por separado

problem-bounds-stop-at-conversion = el dinero se convierte en el camino: la cota se cumple, pero puede ser más amplia de lo necesario
problem-bounds-stop-at-conversion-hint = pregunte de nuevo desde la conversión, en su moneda, para tener allí una cota ajustada

problem-bounds-not-computed = la cota no se calculó: la parte del libro que necesita es demasiado grande, o el dinero podría contarse dos veces en su camino
problem-bounds-not-computed-hint = pregunte por menos cuentas o por un periodo más corto

problem-fraction-below-threshold = no se siguió el dinero rastreado por debajo del umbral
problem-fraction-below-threshold-hint = baje el umbral para seguir partes más pequeñas

problem-trace-cut-at-cap = el rastreo se detuvo en su tope de fragmentos
problem-trace-cut-at-cap-hint = acote la pregunta, suba el tope o fije un umbral

problem-problems-not-listed = hay `{ $found }` problemas más que no se enumeran
problem-problems-not-listed-hint = corrija los problemas enumerados y lea el archivo de nuevo
