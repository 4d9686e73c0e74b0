using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NvgreGateway.Tests.Conformance;

/// <summary>The suite itself: the files are those that make.py writes, and the runner notices whatever differs.</summary>
public sealed class SuiteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-suite-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FilesAreThoseThatMakeWrites()
    {
        using Process make = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(Tree.Conformance, "make.py"), "--check" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = make.StandardError.ReadToEndAsync();
        string output = await make.StandardOutput.ReadToEndAsync();
        await make.WaitForExitAsync();
        Assert.True(make.ExitCode == 0, $"make.py --check (needs the package python3-scapy):\n{output}\n{await errors}");
    }

    [Fact]
    public void EveryFolderIsRunByATest()
    {
        string[] folders = [.. Directory.GetDirectories(Path.Combine(Tree.Conformance, "cases")).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];
        string source = File.ReadAllText(Path.Combine(Tree.Root, "tests", "NvgreGateway.Tests", "Conformance", "Cases.g.cs"));
        Assert.True(folders.Length > 100);
        Assert.All(folders, f => Assert.Contains($"CaseRunner.Run(\"{f}\")", source, StringComparison.Ordinal));
    }

    [Fact]
    public void AWrongByteIsNoticed() => Refuses(() => Alter("out-underlay0.pcap", file => file[^1] ^= 1));

    [Fact]
    public void AWrongTimeIsNoticed() => Refuses(() => Alter("out-underlay0.pcap", file => file[28] ^= 1));

    [Fact]
    public void AFrameThatIsNotSentIsNoticed() => Refuses(() => Alter("in-access0.pcap", file => file[24 + 16 + 15] ^= 1));

    [Fact]
    public void AFrameTooManyIsNoticed() => Refuses(() => File.Delete(Path.Combine(_folder, "out-access0.pcap")));

    [Theory]
    [InlineData("received")]
    [InlineData("transmitted")]
    [InlineData("consumed")]
    [InlineData("copies")]
    public void AWrongNumberIsNoticed(string name) => Refuses(() => Expect(e => e[name] = (long)e[name]! + 1));

    [Fact]
    public void AMissingDropIsNoticed() => Refuses(() => Expect(e => e["drops"]!["drop.vlan.unknown"] = 1));

    [Fact]
    public void ACounterThatMovedIsNoticed() => Refuses(() => Expect(e => e["counters"] = new JsonObject()));

    private void Refuses(Action change)
    {
        foreach (string file in Directory.GetFiles(Tree.Case("w01-w03-conversation")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        CaseRunner.RunFolder(_folder);
        change();
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CaseRunner.RunFolder(_folder));
    }

    private void Alter(string name, Action<byte[]> change)
    {
        string path = Path.Combine(_folder, name);
        byte[] file = File.ReadAllBytes(path);
        change(file);
        File.WriteAllBytes(path, file);
    }

    private void Expect(Action<JsonObject> change)
    {
        string path = Path.Combine(_folder, "expect.json");
        JsonObject expect = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(expect);
        File.WriteAllText(path, expect.ToJsonString());
    }
}
