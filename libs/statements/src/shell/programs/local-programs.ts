/**
 * Programs that send nothing anywhere and run no other program, whatever their options. What has one option that does,
 * has a reader of its own.
 */
export const localPrograms: ReadonlySet<string> = new Set(
  `
  : true false [ test ls dir vdir cat tac nl head tail wc cut paste join comm uniq tr rev fold fmt column expand unexpand
  grep egrep fgrep zgrep zcat zdiff bzcat xzcat zstdcat lz4cat look tsort shuf seq factor numfmt od xxd hexdump
  strings file stat du df lsblk blkid findmnt free vmstat iostat mpstat sar uptime w who whoami id groups users last
  lastlog lastb date cal sleep usleep pwd realpath readlink basename dirname mktemp 
  mkdir rmdir rm     chmod chown chgrp chattr lsattr getfacl setfacl umask truncate fallocate shred sync
   gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 unlz4 unzip zipinfo md5sum sha1sum
  sha224sum sha256sum sha384sum sha512sum b2sum cksum sum crc32 base32 basenc cmp diff diff3 colordiff sdiff
  jq yq csvcut csvgrep csvstat bc dc expr yes nproc lscpu lsmem lspci lsusb lsmod modinfo
  dmidecode uname arch hostname domainname nodename hostid lsb_release getconf locale ps pgrep pidof pstree pkill
  kill killall renice top htop atop iotop pmap lsof fuser ss netstat ifconfig arp route  dmesg
  ulimit tty stty tput clear logname printenv groupadd groupdel useradd userdel
  usermod groupmod passwd chage gpasswd id umount swapon swapoff mkswap fdisk parted mkfs mkfs.ext4 mkfs.xfs
  tune2fs resize2fs xfs_growfs e2fsck fsck lvs vgs pvs lvextend lvcreate vgextend pvcreate
  cd pushd popd dirs history jobs fg bg wait disown  return exit break continue type which whereis
  whatis apropos times getopts suspend logout let  dpkg-query
  apt-cache apt-mark   nm objdump readelf size ar c++filt addr2line cloc tokei tree exa eza
  lsd ag fgrep pv hexyl glow dos2unix unix2dos iconv uuidgen mcookie pwgen
  sha3sum ncdu lslogins lsns lsipc ipcs ipcrm chrt nstat tload slabtop
  pt-summary pg_lsclusters pg_config pg_controldata initdb aa-status
  getenforce sestatus setenforce restorecon chcon semanage ausearch aureport auditctl faillock pwck grpck namei
  pathchk link unlink mkfifo mknod csplit ptx sum tput cksum toe infocmp msgfmt csvlook csvsort csvjoin
  `
    .trim()
    .split(/\s+/),
);
