namespace NvgreGateway.OffloadBench;
internal static class Checksums { public static void Run(Program.Options o) {} }
