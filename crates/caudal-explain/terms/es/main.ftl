# Palabras y frases de la línea de órdenes, de las respuestas y de los recorridos.
# Los valores van en `{ $name }`. Los problemas de la prueba tienen su propio archivo.

severity-blocks = bloquea
severity-doubtful = dudoso
severity-note = nota

# Qué falló y qué hacer al respecto.
hint-ledger-exists = indique otro archivo con `--out` o elimínelo
error-ledger-damaged = el archivo del libro está dañado o lo escribió otra versión: { $why }
hint-ledger-damaged = hágalo de nuevo con la prueba: `caudal import CASO` si es de un caso, `caudal index ARCHIVO --out LIBRO` si es un archivo aparte
error-ledger-unwritten = { $path }: no se puede escribir el archivo del libro: { $why }
hint-ledger-unwritten = compruebe si el disco está lleno y si se puede escribir en la carpeta
error-file = no se puede leer `{ $path }`: { $why }
error-file-write = no se puede escribir `{ $path }`: { $why }
hint-file-missing = compruebe la ruta; un libro es un archivo CSV o Parquet de transferencias, o una carpeta de caso
hint-file-unreadable = compruebe que el archivo se puede leer y que su disco está presente
hint-file-unwritable = compruebe que se puede escribir en la carpeta y que queda espacio en el disco
error-folder-empty = no hay transferencias en la carpeta `{ $path }`
hint-folder-empty = una carpeta de caso contiene `transfers.csv` o `transfers.parquet`, y puede contener `openings.csv` y `accounts.csv`
error-problems-block =
    { $count ->
        [one] un problema en las pruebas detiene el rastreo, pues a toda cifra le faltaría su fila
       *[other] { $count } problemas en las pruebas detienen el rastreo, pues a toda cifra le faltarían sus filas
    }
hint-problems-block = corrija las filas en una copia del archivo, conserve el original y repita la orden
error-cancelled = detenido a petición; no se cambió nada
error-ledger-refused = el libro fue rechazado
hint-ledger-refused = corrija la fila, indique el saldo inicial con `--openings`, o tome el sobregiro como préstamo bancario con `--overdraft bank`
error-opening-outside = el saldo inicial de `{ $account }` en la fila { $row } de { $file } es de una parte externa, que no tiene saldo
hint-opening-outside = elimine la fila o nombre la cuenta que tiene el dinero
error-selector = `{ $found }` no es un selector
hint-selector = escriba `transfer:ID`, `label:NOMBRE`, `payer:CUENTA`, `payee:CUENTA` o `account:CUENTA`
error-rule = no existe la regla `{ $found }`
hint-rule = las reglas son { $known }; `all` equivale a las que rastrean, las cotas y poison
error-no-rule = no se nombró ninguna regla
hint-no-rule = añada `--rule fifo`, o `--rule all` para verlas lado a lado; qué regla se aplica es una cuestión de derecho
error-one-rule = un recorrido se explica con una sola regla a la vez
hint-one-rule = nombre una regla, como `--rule fifo`, y pregunte de nuevo por otra
error-no-selector = la pregunta no nombra ningún dinero
hint-no-selector = añada `--from` para seguir dinero hacia adelante, `--to` para preguntar de dónde vino, o ambos
error-until = `{ $found }` no es un día
hint-until = escriba el último día que cuenta como `2025-04-03`
error-threshold = `{ $found }` no es un importe
hint-threshold = escriba el umbral en unidades enteras con decimales simples, como `100` o `0.50`
error-account-unknown = no hay ninguna cuenta ni parte `{ $name }` en el libro
error-account-left-out = ninguna línea de `{ $name }` forma parte de esta pregunta
error-transfer-unknown = no hay ninguna transferencia `{ $id }` en el libro
error-transfer-left-out = la transferencia `{ $id }` no forma parte de esta pregunta
hint-transfer-left-out = es posterior al último día que cuenta, o es una reversión compensada; vea `--until` y `--keep-reversals`
error-link = el vínculo del ingreso `{ $receipt }` con el pago `{ $payment }` (fila { $row }) no puede admitirse
error-link-transfer-unknown = el vínculo del ingreso `{ $receipt }` con el pago `{ $payment }` (fila { $row }) nombra `{ $id }`, que no es ninguna transferencia del libro
error-link-amount = el vínculo del ingreso `{ $receipt }` con el pago `{ $payment }` (fila { $row }) tiene el importe `{ $amount }`, que es cero o tiene más decimales que la moneda
hint-link-left-out = uno de los dos es posterior al último día que cuenta, o es una reversión compensada; vea `--until` y `--keep-reversals`
hint-link-accounts-differ = un vínculo une un ingreso y un pago de una misma cuenta cuyo estado de cuenta se tiene
hint-link-not-backward = el ingreso no es posterior al pago, así que la regla de rastreo dice qué financia; un vínculo es para un ingreso posterior
hint-link-converts = una transferencia que cambia de moneda no puede formar parte de un vínculo
hint-link-chained = `{ $receipt }` o `{ $payment }` es ingreso en un vínculo y pago en otro; afirme uno de los dos
hint-link-too-much = los vínculos juntos nombran más de lo que tiene el ingreso o el pago
hint-link-circle = el ingreso procede del propio pago, así que no puede ser lo que lo financia
hint-link-not-lent = los vínculos necesitan `--overdraft bank`
error-part = `{ $found }` no nombra una parte de una transferencia
hint-part = escriba `transfer:ID[0.00..30.00]` para sus primeros 30.00
error-origin-empty = `{ $selector }` no nombra ningún dinero en este libro
hint-rows-left-out = las filas que no mueven nada quedaron fuera; el nombre puede estar solo en ellas
hint-near = ¿quiso decir { $names }?
hint-label-inside = la etiqueta solo está en transferencias entre cuentas, que no traen dinero; nómbrelas con `transfer:ID`
hint-opening-missing = la cuenta no tiene saldo inicial; indíquelo con `--openings`
error-no-balance = `{ $name }` no tiene saldo propio: es una parte externa o una cuenta sin estado de cuenta
hint-no-balance = pregunte por los pagos que recibió con `payee:{ $name }`
error-needs-origins = `{ $rule }` no tiene dirección hacia atrás sin orígenes
hint-needs-origins = nombre el dinero con `--from`; la respuesta dirá cuánto de él llegó al destino
error-too-fine = las conversiones del camino son demasiado finas para pesos exactos hacia atrás
hint-too-fine = pregunte hacia adelante con `--from`
error-bound-currencies = los destinos están en varias monedas, y una cota está en una
hint-bound-currencies = pregunte por separado por los destinos de cada moneda
error-bound-needs-origins = las cotas necesitan los orígenes que acotan
hint-bound-needs-origins = nombre el dinero con `--from`, y con `--to` lo que pudo alcanzar
error-shares-need-account = un reparto divide una cuenta entre reclamantes
hint-shares-need-account = nombre a los reclamantes con `--from` y la cuenta con `--to account:CUENTA`
error-explain-poison = `{ $rule }` no rastrea importes, así que no hay recorrido que explicar
hint-explain-poison = explique con una regla que rastrea: fifo, lifo, pro-rata, difo o libr
error-not-traced = según `{ $rule }`, la transferencia `{ $id }` no lleva nada de este dinero
hint-not-traced = mire `caudal trace` con otras reglas, o las cotas
error-exists = `{ $path }` ya existe
hint-exists = nombre otra carpeta con `--out`, o elimínela

bound-outer-cut-most = cota exterior, cortada tras { $count ->
        [one] una línea
       *[other] { $count } líneas
    }: el dinero de origen toca más; todo lo que allí aún puede moverse se cuenta como si pudiera alcanzar los destinos
bound-outer-cut-least = cota exterior, cortada tras { $count ->
        [one] una línea
       *[other] { $count } líneas
    }: el dinero de origen toca más; todo lo que allí aún puede moverse se cuenta como escapado
bound-outer-unfinished = cota exterior: la búsqueda de la más ajustada exigía demasiados pasos
bound-outer-counted-again = cota exterior: el dinero contado en un destino podría convertirse en el camino en dinero de otro origen y contarse otra vez
bound-outer-converted = cota exterior: el dinero convertido cuenta entero, como si todo pudiera ser dinero de origen
bound-places-left-out = { $count ->
        [one] de un lugar
       *[other] de { $count } lugares
    } que el dinero de origen podría alcanzar con importes menores no se calculó la cota; nómbrelos con `--to`

# Supuestos, por código.
assumption-asserted-link = { $name } afirma ({ $date }) que hasta { $amount } del ingreso `{ $receipt }` financia el pago anterior `{ $payment }`: { $reason } (prueba: { $evidence }). La misma pregunta sin vínculos afirmados figura al lado.
assumption-statements-complete = Se toma que toda cuenta que no es externa tiene todas sus líneas en el libro.
assumption-statements-listed = Se toma que las cuentas tienen todas sus líneas en el libro, salvo { $count ->
        [one] una cuyo estado de cuenta no se tiene
       *[other] { $count } cuyo estado de cuenta no se tiene
    }: { $accounts }.
assumption-openings-zero = Se toma que las cuentas sin saldo inicial empiezan en cero.
assumption-openings-absent = No se indica ningún saldo inicial; se toma que toda cuenta empieza en cero.
assumption-same-day-as-listed = { $count } transferencias comparten día y cuenta con otra y nada prueba su orden; se toman como están listadas.
assumption-same-day-credits-first = { $count } transferencias comparten día y cuenta con otra y nada prueba su orden; los abonos se toman antes que los cargos.
assumption-same-day-debits-first = { $count } transferencias comparten día y cuenta con otra y nada prueba su orden; los cargos se toman antes que los abonos.
assumption-same-day-cuts = 
    { $count ->
        [one] Una vez,
       *[other] En { $count } ocasiones,
    } transferencias de un mismo día se esperaban en círculo; fue primero la primera listada que su pagador podía cubrir.
assumption-overdraft-bank = Donde un pago supera el saldo ({ $count ->
        [one] una vez
       *[other] { $count } veces
    }), se toma que el banco presta la diferencia justo antes y la cobra de los siguientes ingresos.
assumption-overdraft-birth = Donde un pago supera el saldo ({ $count ->
        [one] una vez
       *[other] { $count } veces
    }), la diferencia se toma como dinero de origen desconocido, que sale al final y nunca se devuelve.
assumption-reversals-netted =
    { $count ->
        [one] Un depósito y la línea que lo retira quedan fuera del rastreo
       *[other] { $count } depósitos y las líneas que los retiran quedan fuera del rastreo
    }: { $pairs }.
assumption-reversals-kept = Las líneas que retiran un depósito se conservan como pagos ordinarios.
assumption-conversion-own-rate = El dinero se convierte al tipo de su propia fila; el límite entre lotes se redondea hacia abajo.
assumption-until = Las líneas posteriores a { $until } no cuentan.
assumption-threshold = El dinero rastreado inferior a { $threshold } unidades enteras de su moneda en una cuenta no se sigue más.
assumption-inner-fifo = No se nombró regla interna: entre varios orígenes sale primero el dinero más antiguo (`{ $rule }`).
assumption-targets-apart = Cada destino se responde por sí mismo; el dinero que pasa por varios se cuenta en cada uno.
assumption-union = Con `{ $rule }` los orígenes se rastrean como uno y después se dividen; reclamaciones rastreadas por separado no sumarían.
assumption-carried-fractions = Con `{ $rule }` el dinero se lleva en unidades de 2^-40 de la unidad menor; tras los pagos de este libro, con préstamos y devoluciones, ningún importe se desvía más de { $payments } de ellas, y tras una conversión de eso por su tipo. Las cifras impresas son enteras y suman; la más alejada de su valor llevado se desvía { $worst } unidades menores.
assumption-backward-weights = Hacia atrás con `pro-rata` cada línea del libro pesa en unidades de 2^-100, redondeadas hacia abajo; las cifras impresas son las enteras más cercanas que suman el destino.
assumption-exposure = `poison` muestra exposición, no dinero rastreado; sus cifras no deben figurar en una columna de importes de un anexo.
assumption-bounds-one-currency = Donde el dinero se convierte, `at-least` lo cuenta como escapado y `at-most` cuenta todo lo que vuelve de una conversión como si pudiera ser dinero de origen: ambas se cumplen, pero pueden ser más amplias de lo necesario.

# Reglas, en pocas palabras.
rule-fifo = lo primero que entra es lo primero que sale
rule-lifo = lo último que entra es lo primero que sale
rule-pro-rata = en proporción en cada pago
rule-difo = el dinero de origen sale primero
rule-libr = el dinero de origen sale al final
rule-poison = solo exposición, nunca un importe rastreado
rule-at-least = lo menos que permite cualquier regla causal
rule-at-most = lo más que permite cualquier regla causal
rule-pari-passu = lo que queda, repartido según lo aportado
rule-capped-pro-rata = lo que queda, repartido según reclamaciones con tope

# Clases de desenlaces.
ending-held = en cuenta
ending-outside = externo
ending-frontier = frontera
ending-repaid-bank = devuelto al banco
ending-below-threshold = bajo el umbral
ending-cut-at-cap = cortado en el tope
ending-exposed = expuesto

# Encabezados de tablas.
table-where = Dónde está el dinero
table-transfers = Transferencias que lo llevan
table-accounts = Cuentas que tocó
table-received = Recibido, cada llegada y cada centavo una vez
table-origins = Orígenes
table-sources = De dónde vino el dinero
table-shares = Partes de { $account }
table-reached = Llegó a los destinos
table-routes = Recorridos
table-exposed-transfers = Transferencias expuestas
column-exposed = expuesto
table-exposing-sources = A qué está expuesto, nunca un importe rastreado
table-exposed = Expuesto
table-without-links = Lo mismo sin vínculos afirmados
table-assumptions = Supuestos
table-problems = Problemas en las pruebas
column-kind = desenlace
column-place = lugar
column-currency = moneda
column-label = etiqueta
column-amount = importe
column-balance = saldo
column-traced = rastreado
column-gross = bruto
column-distinct = distinto
column-transfer = transferencia
column-date = fecha
column-payer = pagador
column-payee = receptor
column-source = fuente
column-contribution = aportado
column-claim = reclamación
column-share = parte
column-total = total
column-overlap = ya contado
label-opening = saldo inicial de { $account }
label-loan = préstamo bancario a { $account }
label-birth = dinero desconocido en { $account }
line-rule = { $rule }, { $name }: { $authority }
line-alias = pedida como `{ $asked }`
line-bound-least = Al menos { $amount } { $currency } según toda regla causal que conserva el dinero
line-bound-most = A lo sumo { $amount } { $currency } según toda regla causal que conserva el dinero
line-exposed = expuesto: { $transfers } transferencias, y lo que llevaron a { $places }
line-surplus = excedente { $amount } { $currency }
line-backward-total = { $amount } { $currency } en total
line-conversion = en unidades del origen
line-more = … y { $count } más; `--format json` las lista todas
line-more-alike = … y { $count } más [{ $code }]; `--format json` los lista todos
line-nothing = nada
line-further = por otros recorridos: { $amount } { $currency } de { $label }
line-route-fine = { $amount } { $currency } de { $label } que las conversiones hicieron valer menos de una unidad de su origen cada una, además de { $whole }
line-route = { $amount } { $currency } de { $label }
line-question = Desde { $from }
line-question-between = Desde { $from } hasta { $to }
line-question-backward = De dónde vino { $to }
line-not-legal-advice = Qué regla se aplica es una cuestión de derecho. Caudal calcula; no decide.
line-problem-place = fila { $row } (sha256 { $digest })
line-problem-file = sha256 { $digest }
word-error = error
word-hint = sugerencia
line-internal = es un error de Caudal, no de su prueba; el mensaje de arriba debe ir en el informe

# La demostración.
demo-intro = Un caso ficticio: dos víctimas, tres bancos que no existen, dólares y pesos.
demo-question = ¿Dónde está ahora el dinero de las víctimas?
demo-wrote = Archivos escritos
demo-next = Pruebe después

# Pasos de un recorrido.
step-origin = `{ $transfer }`, { $date }: { $payer } paga a { $payee } { $amount }. { $part } de ello es dinero del origen { $label }; empieza aquí.
step-opening = { $payee } empieza con { $amount }. { $part } de ello es dinero del origen { $label }; empieza aquí.
step-payment = `{ $transfer }`, { $date }: { $payer } paga a { $payee } { $amount }. { $part } de ello es dinero del origen { $label }: { $why }.
step-repayment = Después de `{ $transfer }`, { $date }, { $payer } devuelve a su banco { $amount }. { $part } de ello es dinero del origen { $label }: { $why }.
step-converted = { $sentence } Convertido, llega como { $arrived }.
why-fifo = por fifo, { $unit } { $out } de todo lo que { $payer } ha pagado son { $unit } { $out } de todo lo que ha recibido, que trajo { $receipt }
why-lifo = por lifo, { $unit } { $cents } de este pago son { $unit } { $from } de { $receipt }, el dinero más nuevo que { $payer } tenía entonces
why-difo = por difo, { $payer } tenía { $held } de los orígenes en un saldo de { $balance }, y el dinero de origen sale primero, así que salieron { $taken }
why-libr = por libr, { $payer } tenía { $held } de los orígenes en un saldo de { $balance }, y el dinero de origen sale al final, así que salieron { $taken }
why-pro-rata = por pro-rata, { $payer } tenía { $held } de este origen en un saldo de { $balance }, y el pago tomó la misma proporción de todo lo que había, impresa a la unidad entera más cercana
why-share = por { $rule }, la parte de los orígenes en el pago se divide en proporción a lo que había de cada uno; { $payer } tenía { $held } de este origen
why-link = pues { $name } afirma que lo financia el ingreso posterior `{ $receipt }`: { $reason }
why-plain = por { $rule }
word-cents = los centavos
word-units = las unidades mínimas
receipt-transfer = `{ $id }`
receipt-opening = su saldo inicial

# The case folder
error-case-exists = `{ $path }` ya existe
hint-case-exists = elija otro nombre; un caso nunca se sobrescribe
error-no-case = `{ $path }` no es una carpeta de caso
hint-no-case = cree una con `caudal new { $path }`
error-case-busy = otro programa está escribiendo en `{ $path }`
hint-case-busy = espere a que termine y ejecute la orden de nuevo; mientras tanto se puede leer
error-records = no se pueden usar los registros del caso: `{ $path }`: { $why }
hint-records = revise el disco y sus permisos; los originales en `evidence` no se ven afectados
error-evidence-altered = un original del caso ha cambiado: `{ $path }` ({ $why })
hint-evidence-altered = este programa nunca altera los originales; obtenga el archivo de nuevo de su fuente y averigüe quién lo cambió
error-no-decision = ninguna decisión vigente tiene el número { $id }
hint-no-decision = `caudal match CASO --format table` las enumera
error-format = `{ $found }` no es un formato
hint-format = formatos conocidos: { $known }
error-profile = no se puede leer el perfil `{ $path }`: { $why }
hint-profile = `caudal import --save-profile ARCHIVO` escribe uno que sí
error-entry-unknown = ningún asiento tiene el identificador `{ $id }`
hint-entry-unknown = `caudal match CASO --all` enumera los asientos con sus identificadores
hint-problems-block-case = `caudal check CASO` los muestra con lo que los corregiría; `--despite-problems` rastrea con lo que pudo leerse y lo dice
word-opening = el saldo inicial
word-closing = el saldo final
word-amount-of-row = el importe de la fila { $row }
word-balance-of-row = el saldo de la fila { $row }
repair-duplicate = la fila { $row } puede ser copia de la fila { $of }
repair-reversed = las filas { $row } a { $last } pueden estar en orden inverso
repair-sign = { $what } puede tener el signo equivocado
repair-point = el punto decimal de { $what } puede estar mal puesto: { $right }
repair-swapped = dos cifras de { $what } pueden estar intercambiadas: { $right }
repair-digit = una cifra de { $what } puede ser errónea: { $right }
repair-missing-after = puede faltar una fila de { $amount } después de la fila { $row }
repair-missing = puede faltar una fila de { $amount }
assumption-despite-problems = Se dejaron de lado por `--despite-problems` problemas que bloquean ({ $count }): las filas que no pudieron leerse faltan en todas las cifras.
line-index = se escribió { $path }: { $transfers } transferencias, { $lines } líneas, { $places } lugares, { $bytes } bytes, hecho de
line-index-sound = { $path } está íntegro: { $transfers } transferencias, { $lines } líneas, { $places } lugares, { $bytes } bytes, hecho de
line-new = se creó el caso { $path }
line-imported = importado
line-would-import = se importaría
line-known = ya está en el caso, no se hizo nada
line-import-entries = { $statements } extractos, { $entries } asientos
line-import-transfers = { $transfers } transferencias
line-import-nothing = nada que pudiera leerse
line-import-blocking = { $count } problemas bloquean; vea `caudal check`
line-layout = disposición hallada en `{ $name }`:
line-layout-ask = ¿leer la tabla así? [s/N] 
line-layout-refused = no importado; corrija la disposición en un perfil y use `--profile`
line-profile-saved = se escribió la disposición en { $path }
line-decided = registrado
line-withdrawn = retirado
line-check-accounts = Cuentas
line-check-legend = ■ conciliado   ▲ no cuadra   ? sin prueba   ○ falta   · no cubierto
line-check-rows = { $proved } filas probadas, { $broken } rotas, { $unproved } sin prueba
line-check-breaks = Saldos que no se siguen
line-check-stated = { $account }: indicado { $stated }, calculado { $computed }
line-check-repairs-more = { $count } más
line-check-orders = Días en que los saldos impresos admiten varios órdenes; se tomó el primero según la lista
line-check-order = { $account }: { $day }, filas { $rows }
line-check-orders-unprinted = días con varias filas sin saldo impreso que diga su orden: { $days }, en { $statements } extractos; se tomaron según la lista
line-check-blocking = { $count } problemas bloquean
line-check-sound = nada bloquea
line-list-empty = nada

# What to ask for next
language-code = es
error-no-rank = la clasificación no tiene el puesto { $rank }; tiene { $count }
hint-no-rank = `caudal next CASO` muestra la clasificación
error-no-question = todavía no se ha clasificado ninguna pregunta en este caso
hint-no-question = ejecute antes `caudal next CASO --from SEL --rule REGLA`, o indique aquí `--from` y `--rule`
error-typesetting = no se puede componer la carta: { $why }
error-no-folder-case = `{ $path }` es un archivo de transferencias, no un caso con extractos
hint-no-folder-case = la clasificación necesita una carpeta de caso: `caudal new CASO`, y después `caudal import CASO ARCHIVO`
line-next-none = ningún dinero rastreado se pierde de vista por falta de un extracto
table-next = Qué pedir a continuación
column-account = cuenta
column-rank = puesto
column-period = período
column-carried = arrastrado
column-at-stake = en juego
column-likely = esperado
column-together = junto con
line-next-values = En juego: dinero rastreado que entra en la cuenta en esos días, mínimo y máximo entre las reglas. Arrastrado: lo que entró antes en el mismo tramo sin extracto. Esperado: dinero rastreado que el extracto mostraría pagado a otros, según cómo pagan las cuentas en otros días, mínimo y máximo; ordena la clasificación, y ningún rastreo se apoya en ello.
line-next-request = caudal --lang es request { $case } --rank 1
line-wrote = se escribió { $path }
letter-title = Solicitud de extractos de la cuenta { $account }
letter-ask = Solicitamos el extracto completo de la cuenta { $account } de los días { $from } a { $to }, ambos incluidos, con cada asiento, sus fechas de operación y de valor, su importe, el saldo posterior, el nombre y la cuenta de la otra parte y todas las referencias; y con los saldos anterior al primer asiento y posterior al último.
letter-reason-enters = En ese período entra en esa cuenta dinero que se rastrea en este asunto, como muestran las transferencias que se relacionan abajo. No se tiene ningún extracto de la cuenta de esos días, por lo que el rastreo termina ahí.
letter-reason-carried = En esa cuenta entró antes dinero que se rastrea en este asunto, hasta { $carried } { $currency }, y no se ve que haya salido. No se tiene ningún extracto de la cuenta de esos días, por lo que el rastreo termina ahí.
letter-reason-comes-out = En ese período otros extractos muestran pagos salidos de esa cuenta, relacionados abajo, de los que { $unexplained } { $currency } no proceden de un saldo ni de un ingreso que se vea o sea habitual. No se tiene ningún extracto de la cuenta de esos días, por lo que no se sabe si es dinero que se rastrea en este asunto.
letter-reason-likely = Dinero que se rastrea en este asunto fue a cuentas que, en los días de los que se tienen extractos, pagan a esa cuenta. No se tiene ningún extracto de la cuenta de esos días, por lo que no se sabe si llegó a ella.
letter-what = Rogamos que envíen el extracto en la forma en que lo conservan sus sistemas (camt.053, MT940, CSV o XLSX) y en copia certificada. Si en alguna parte del período no hubo asientos, rogamos que lo indiquen.
letter-not-decided = Los importes siguientes se calculan a partir de los extractos que se tienen, según las reglas de rastreo indicadas. Nada deciden sobre qué regla se aplica ni sobre los derechos de persona alguna.
letter-institution = Institución
letter-account = Cuenta
letter-holder = Titular, según los documentos
letter-period = Período
letter-period-days = { $from } a { $to }, ambos incluidos
letter-value = Dinero rastreado en juego
letter-value-one = { $most } { $currency }
letter-value-range = { $least } a { $most } { $currency }, según la regla
letter-carried = Entrado antes, sin que se vea salir
letter-carried-value = hasta { $carried } { $currency }
letter-unexplained = Dinero que sale sin explicación
letter-unexplained-value = { $unexplained } { $currency }
letter-likely = Dinero rastreado que se espera que muestre el extracto
letter-likely-value = { $likely-least } a { $likely-most } { $currency }, según los pagos vistos en otros días; expectativa que ordena las solicitudes, no resultado de un rastreo
letter-rules = Reglas
letter-basis = Fundamento jurídico
letter-reference = Referencia del expediente
letter-slot-institution = [institución]
letter-slot-basis = [fundamento jurídico]
letter-slot-reference = [referencia del expediente]
letter-slot-authority = [autoridad solicitante]
letter-place-date = Lugar y fecha
letter-signature = Nombre, cargo y firma
letter-footer = Preparado con Caudal { $version } a partir de { $files } archivos de prueba; borrador mientras no se firme. No es asesoramiento jurídico.
letter-table = Transferencias con las que entra en la cuenta dinero rastreado
letter-table-comes-out = Transferencias salidas de la cuenta que nada de lo que se tiene explica
letter-column-date = Fecha
letter-column-payer = De
letter-column-payee = A
letter-column-unexplained = Sin explicar
letter-column-amount = Importe
letter-column-traced = Rastreado, como máximo
letter-column-source = Prueba (resumen)

# Tenencias
error-holdings-rule = la regla `{ $rule }` no da importes de los orígenes
hint-holdings-rule = use fifo, lifo, pro-rata, difo o libr; `caudal trace` responde con las demás reglas
error-min = no es un importe: `{ $found }`
hint-no-labels = ningún dinero entra en este libro con una etiqueta; nómbrelo con `transfer:ID`, `payer:CUENTA` o `payee:CUENTA`
column-further-origins = otros orígenes
column-other = otro dinero
line-holdings-more = { $count } lugares más
line-holdings-origins = { $count } orígenes más están sumados en otros orígenes; `--all` los enumera
line-holdings-smaller = { $count } menores
line-holdings-without = Cuentas que no tienen nada de él: { $count }, con { $balance } { $currency }.
line-holdings-go-on = Para ver las filas detrás de la cifra mayor:

# Preguntas en observación
error-no-watch = ninguna pregunta `{ $name }` está en observación en este caso
hint-no-watch = `caudal watch list CASO` las enumera
error-watch-exists = ya hay una pregunta `{ $name }` en observación
hint-watch-exists = elija otro nombre, o quítela antes con `caudal watch remove`
error-watch-failed = `{ $name }` no puede preguntarse: { $why }
line-watch-added = en observación: { $name }
line-watch-removed = ya no está en observación: { $name }
line-watch-stands = { $name }: se mantiene; nada de lo que la sustenta ha cambiado
line-watch-same = { $name }: calculada de nuevo, con la misma respuesta
line-watch-moved = { $name }: calculada de nuevo; su respuesta ha cambiado
line-watch-failed = { $name }: ya no puede preguntarse
line-watch-transfer = transferencia { $id }: rastreado { $before } → { $after }

# Lo que se sostiene con toda regla, y de qué dependen las cifras.
table-headline = Lo que se sostiene con toda regla
headline-core = { $place }: con todas las reglas preguntadas ({ $rules }) al menos { $core }, a lo sumo { $most }
headline-between = con cualquier asignación al menos { $least } y a lo sumo { $most }
headline-at-least = con cualquier asignación al menos { $least }
headline-at-most = con cualquier asignación a lo sumo { $most }
headline-outer = {" "}(cotas que se cumplen, pero pueden ser más amplias de lo necesario)
headline-targets = destinos
headline-nothing = Ningún lugar conserva un importe con todas las reglas preguntadas.
table-sensitivity = De qué dependen las cifras
line-exact = { $count ->
        [one] una cifra es exacta
       *[other] { $count } cifras son exactas
    }: nada de lo que se cambió las mueve
line-variants = Preguntado de nuevo, con un solo cambio cada vez ({ $count }):
line-variants-left-out = no se preguntó por { $count } saldos o emparejamientos menores
column-rule = regla
column-figure = cifra
column-status = estado
column-low = mínimo
column-high = máximo
column-when = cuando
status-order-sensitive = depende del orden
status-opening-sensitive = depende del saldo inicial
status-inferred = inferida
figure-reached = alcanzado
figure-amount = total
figure-sources = procedencia
figure-shares = cuota
when-asked = como se preguntó
variant-same-day = las líneas de un día cuyo orden nada prueba se toman según `{ $policy }`
variant-opening-clean = { $account } empieza con { $amount } que ningún estado de cuenta declara, como otro dinero
variant-opening-tainted = { $account } empieza con { $amount } que ningún estado de cuenta declara, como dinero de los orígenes
variant-match-taken = `{ $debit }` y `{ $credit }` son una sola transferencia
variant-match-refused = `{ $debit }` y `{ $credit }` no son una sola transferencia
