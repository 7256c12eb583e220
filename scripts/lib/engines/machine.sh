# The first process of a machine of the laboratory, in namespaces of its own (see machine.mjs). It makes
# a root file system for them, says "ready", and ends, and everything in them with it, when its standard
# input does: when whoever started the machine is gone.
#   $1  a Debian release, unpacked
#   $2  a directory that is /state in there, and on disk out here
#   $3  a directory that is to be seen in there as it is out here, or nothing
set -eu
debian=$1 state=$2 shared=$3
root=$state/root
mkdir -p "$root"
mount -t tmpfs -o mode=0755 machine "$root"
cd "$root"
mkdir usr proc sys dev tmp run state outside var var/lib var/tmp
mkdir -m 0700 root
chmod 1777 tmp var/tmp
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$folder"; done
ln -s ../run var/run
cp -a "$debian/etc" etc
printf 'root:x:0:0::/root:/bin/sh\nsshd:x:998:998::/run/sshd:/bin/false\n' >etc/passwd
printf 'root:x:0:\nsshd:x:998:\n' >etc/group
mount --bind "$debian/usr" usr
mount --bind "$state" state
if [ -n "$shared" ]; then
  mkdir -p "./$shared"
  mount --bind "$shared" "./$shared"
fi
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
pivot_root . outside
cd /
umount -l outside
ip link set lo up
exec 3<&0
cat <&3 >/dev/null &
echo ready
# Also reaps what the death of its parent leaves to it.
wait $!
