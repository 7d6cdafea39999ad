;; Where values might be that are masked, 16 bytes at a time. In: bytes from 0 on, with 32 bytes of zero behind them. Out:
;; their places, as i32, from $out on, rising: of each `@`; of each run of 13 digits or more, which single blanks or hyphens
;; may part, the first; of each two letters with two digits behind them, the first.
;;
;; The classes of 32 bytes are four masks of 32 bits: those of the 16 bytes before, and those of the 16 read last. Of these
;; the bytes 3 to 18 are told: each of them with all that it takes to tell it, and each byte once.
(module
  (memory (export "memory") 6)
  (func (export "scan")
    (param $length i32) (param $out i32) (param $emails i32) (param $cards i32) (param $ibans i32)
    (result i32) ;; how many places
    (local $at i32) (local $first i32) (local $bytes v128)
    (local $letters i32) (local $digits i32) (local $parts i32) (local $signs i32)
    (local $run i32) (local $two i32) (local $four i32) (local $found i32)
    (local.set $first (local.get $out))
    (loop $blocks
      (local.set $bytes (v128.load (local.get $at)))
      (local.set $letters (i32.or (i32.shr_u (local.get $letters) (i32.const 16)) (i32.shl
        (i8x16.bitmask (i8x16.lt_u
          (i8x16.sub (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20))) (i8x16.splat (i32.const 0x61)))
          (i8x16.splat (i32.const 26)))) (i32.const 16))))
      (local.set $digits (i32.or (i32.shr_u (local.get $digits) (i32.const 16)) (i32.shl
        (i8x16.bitmask (i8x16.lt_u
          (i8x16.sub (local.get $bytes) (i8x16.splat (i32.const 0x30)))
          (i8x16.splat (i32.const 10)))) (i32.const 16))))
      (local.set $parts (i32.or (i32.shr_u (local.get $parts) (i32.const 16)) (i32.shl
        (i8x16.bitmask (v128.or
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x20)))
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x2d))))) (i32.const 16))))
      (local.set $signs (i32.or (i32.shr_u (local.get $signs) (i32.const 16)) (i32.shl
        (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x40)))) (i32.const 16))))
      ;; Digits, and what parts two of them.
      (local.set $run (i32.or (local.get $digits) (i32.and (local.get $parts) (i32.and
        (i32.shl (local.get $digits) (i32.const 1)) (i32.shr_u (local.get $digits) (i32.const 1))))))
      ;; So many of them in a row from each byte on: 2, 4, 8, 12, 13.
      (local.set $two (i32.and (local.get $run) (i32.shr_u (local.get $run) (i32.const 1))))
      (local.set $four (i32.and (local.get $two) (i32.shr_u (local.get $two) (i32.const 2))))
      (local.set $run (i32.and
        (i32.and
          (i32.and (local.get $four) (i32.shr_u (local.get $four) (i32.const 4)))
          (i32.shr_u (local.get $four) (i32.const 8)))
        (i32.shr_u (local.get $run) (i32.const 12))))
      (local.set $found (i32.and (i32.const 0x7fff8) (i32.or
        (i32.and (local.get $signs) (local.get $emails))
        (i32.or
          (i32.and (local.get $cards)
            (i32.and (local.get $run) (i32.xor (i32.const -1) (i32.shl (local.get $run) (i32.const 1)))))
          (i32.and (local.get $ibans) (i32.and
            (i32.and (local.get $letters) (i32.shr_u (local.get $letters) (i32.const 1)))
            (i32.and (i32.shr_u (local.get $digits) (i32.const 2)) (i32.shr_u (local.get $digits) (i32.const 3)))))))))
      (block $told
        (br_if $told (i32.eqz (local.get $found)))
        (loop $places
          (i32.store (local.get $out)
            (i32.add (i32.sub (local.get $at) (i32.const 16)) (i32.ctz (local.get $found))))
          (local.set $out (i32.add (local.get $out) (i32.const 4)))
          (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
          (br_if $places (local.get $found))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $blocks (i32.lt_s (i32.sub (local.get $at) (i32.const 16)) (local.get $length))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 2))))
