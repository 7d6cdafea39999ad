/** Made with ssh-keygen of OpenSSH 9.2: `-s`, `-I`, `-n`, `-V`, and for the first `-z 7 -O source-address=10.0.0.0/8 -O no-x11-forwarding`. */
export const madeByOpenSsh = {
  /** Of alice, for deploy and root, 2026; signed by an Ed25519 authority. */
  user:
    'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIGPsrQwF0aoPQQP' +
    'LxKUOhY3Wbfw+ftDKE4EUNO9amY3FAAAAIKjUYyrh/uUJSAsGisWNpngUPivIMrn6rDOnEHRYgX9RAAAAAAAAAAcAAAABAAAADWF' +
    'saWNlQGV4YW1wbGUAAAASAAAABmRlcGxveQAAAARyb290AAAAAGlVuQAAAAAAazbsgAAAACQAAAAOc291cmNlLWFkZHJlc3MAAAA' +
    'OAAAACjEwLjAuMC4wLzgAAABlAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5' +
    'nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACA0PwA' +
    'DUq82adUrRgXMd46bTzoecrdb8VLg4tmaX8VyhwAAAFMAAAALc3NoLWVkMjU1MTkAAABAEPpDQ8gXj0QV5mAY63nm30ggnI7c/o9' +
    'p7gSw8VKsoAMBylGzntmD4PGc8EDZ/Mz+DHDCyvPyikS5id6Ga51iAw==',
  userKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKjUYyrh/uUJSAsGisWNpngUPivIMrn6rDOnEHRYgX9R',
  userAuthority: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ/AANSrzZp1StGBcx3jptPOh5yt1vxUuDi2ZpfxXKH',
  /** Of an ECDSA key, signed by an ECDSA authority. */
  ecdsa:
    'ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20' +
    'AAAAgzqlT12aWqDJ9/lvnlHuDSp9HHFKoY8KZhywDxHr3MgQAAAAIbmlzdHAyNTYAAABBBGQKzpUu1TqINWmmobHrap0KqMGCl6H' +
    'dxo+Vs04Wg1h24QHUhOIYoeyeaPWuxo9gWPDgQe1fQ5b2hMGwQQrPA5kAAAAAAAAAAAAAAAEAAAADYm9iAAAABwAAAANib2IAAAA' +
    'AaVW5AAAAAABrNuyAAAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGl' +
    'uZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAA' +
    'AAAAAAAAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAEEEMiD1U8JiNW4UAoPqAIoW5pORfb9cGq8Wabp' +
    'n0WG6MtZIvTZdqannVpWfGyY0QspsUAVPw/V7LjOWf2R1VY54CQAAAGQAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEkAAAAgNCY' +
    't7JNS4Q5sP1g7n31OL5ix/5i7TadHVvKs8cvFKPsAAAAhAJDL6GDKtnPABidtj67eJkWBktrzHd++AwFQE/OfOLUz',
  ecdsaAuthority:
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDIg9VPCYjVuFAKD6gCKFuaTkX2/' +
    'XBqvFmm6Z9FhujLWSL02Xamp51aVnxsmNELKbFAFT8P1ey4zln9kdVWOeAk=',
  /** Of the host gate.example, for ever; signed by an RSA authority. */
  host:
    'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIBMvKY0zoinHgMg' +
    'dwYDQ+2xa3WqkJFbi3KIukUo4H0+SAAAAIKjUYyrh/uUJSAsGisWNpngUPivIMrn6rDOnEHRYgX9RAAAAAAAAAAAAAAACAAAABGh' +
    'vc3QAAAAQAAAADGdhdGUuZXhhbXBsZQAAAAAAAAAA//////////8AAAAAAAAAAAAAAAAAAAEXAAAAB3NzaC1yc2EAAAADAQABAAA' +
    'BAQC8ycwYUZWB6n0urQG9YN56EVL5D+4wncHY0RCxPeuzjkgx9f0HwWiGQ2Oq+rx+bmkdSJ46zWhDqHbEQHYwETW5QldXGa/4DZd' +
    'oY5nOK1OttIL1+RDgRVw8rR9Qixofnk3rso4pThUrYKvBuWvRx8TrIxJfzU1WqQEYqoHFfZnghliBGcz4EFovn9MevsyfF2cKQZZ' +
    'Ij1zpwEtfeU1vrbJu1/Bf7osiqD+dYB/faNavzmyQ0R7lSEA9w1HNCRy4e6xxu9YXNyisJiZbdPFGFi/ZpZWAh8c1nXiJVJ/CkjZ' +
    '3FGHdK8lAkznEoiGaSm77mqeOnk8RJ25iQlxgA7IobR6TAAABFAAAAAxyc2Etc2hhMi01MTIAAAEAO8Nqt9L9k2qW6IPMU/dEMkg' +
    'Ye1Fg5MShKvPGUJxzCdWVb6y4b7MxTIf6E/GRls6CJcji5LMQb7t/Mdadigv5YhP1QXFYYiHdfElPLMQJNO4I15aaANAoU/j4tRS' +
    'JeYYng4RxPJsxcDRNEhYXdGJ0qQC9pY45vbPK29vHJgeIUiQgirxxXbvJaAvl+vs0Pvd+aBc1mpkVICMPXI4sww9nsKcXBBR4oha' +
    'viMg2E31cM5u2iDrM2tWfRIbx3BtEEC89YpU8jNeGYyrDb52WJdY0PJydxmtgvcSJBoG8Si+R+b7C22iDdOZ6k5KokWtq5anMe3O' +
    'SMB08EfoJlXQJ4aA1GQ==',
  hostAuthority:
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC8ycwYUZWB6n0urQG9YN56EVL5D+4wncHY0RCxPeuzjkgx9f0HwWiGQ2Oq+rx+' +
    'bmkdSJ46zWhDqHbEQHYwETW5QldXGa/4DZdoY5nOK1OttIL1+RDgRVw8rR9Qixofnk3rso4pThUrYKvBuWvRx8TrIxJfzU1WqQEY' +
    'qoHFfZnghliBGcz4EFovn9MevsyfF2cKQZZIj1zpwEtfeU1vrbJu1/Bf7osiqD+dYB/faNavzmyQ0R7lSEA9w1HNCRy4e6xxu9YX' +
    'NyisJiZbdPFGFi/ZpZWAh8c1nXiJVJ/CkjZ3FGHdK8lAkznEoiGaSm77mqeOnk8RJ25iQlxgA7IobR6T',
} as const;

export const blobOf = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');
