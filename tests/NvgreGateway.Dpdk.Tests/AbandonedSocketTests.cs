using System.Net.Sockets;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>A killed process's socket makes way for its successor's; nothing else is touched.</summary>
public sealed class AbandonedSocketTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nvgre-sock-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(SocketType.Stream)]
    [InlineData(SocketType.Seqpacket)]
    public void Only_a_socket_that_nobody_listens_to_goes(SocketType type)
    {
        string path = Path.Combine(folder, "s"), kept = Path.Combine(folder, "kept");
        using (Socket listener = new(AddressFamily.Unix, type, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            Assert.False(AbandonedSocket.Remove(path));
            listener.Listen(1);
            Assert.False(AbandonedSocket.Remove(path));
            Assert.True(File.Exists(path));
            Directory.Move(path, path + "2"); // out of .NET's way, which would remove it: it outlives the listener, as one that is killed
        }

        File.CreateSymbolicLink(kept, path + "2");
        Assert.False(AbandonedSocket.Remove(kept));
        Assert.True(AbandonedSocket.Remove(path + "2"));
        Assert.False(File.Exists(path + "2"));
    }

    [Fact]
    public void Other_files_stay()
    {
        string file = Path.Combine(folder, "file");
        File.WriteAllText(file, "x");
        Assert.False(AbandonedSocket.Remove(file));
        Assert.True(File.Exists(file));
        Assert.False(AbandonedSocket.Remove(folder));
        Assert.False(AbandonedSocket.Remove(Path.Combine(folder, "nothing")));
        Assert.False(AbandonedSocket.Remove(Path.Combine(folder, new string('x', 200))));
    }

    [Theory]
    [InlineData("net_vhost0,iface=/run/a.sock,tso=1", "/run/a.sock")]
    [InlineData("eth_vhost0,iface=/run/a.sock,client=0", "/run/a.sock")]
    [InlineData("net_vhost0,iface=/run/a.sock,client=1", null)]
    [InlineData("net_virtio_user0,path=/run/a.sock", null)]
    [InlineData("net_virtio_user0,path=/run/a.sock,server=1", "/run/a.sock")]
    [InlineData("net_memif0,role=server,socket=/run/a.sock,socket-abstract=no,id=0", "/run/a.sock")]
    [InlineData("net_memif0,role=server,socket=/run/a.sock", null)]
    [InlineData("net_memif0,socket=/run/a.sock,socket-abstract=no", null)]
    [InlineData("net_tap0,iface=a", null)]
    public void Drivers_that_make_a_socket_are_known(string device, string? socket) => Assert.Equal(socket, DeviceName.Parse(device).OwnSocket);
}
